import type * as z from 'zod';
import type { Issue } from './errors.ts';

/**
 * Zod's findings as the wire's issues, in Chinese. An unknown key is named by its own path, so that every issue points at
 * the field a person would change.
 */
export function issuesOf(error: z.core.$ZodError): Issue[] {
  return error.issues.flatMap((issue) => {
    // Symbols cannot come out of JSON.
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    if (issue.code !== 'unrecognized_keys') return [{ path, message: explain(issue) }];
    return issue.keys.map((key) => ({ path: [...path, key], message: '不支持的字段' }));
  });
}

function explain(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_type':
      return `必须是${typeName(issue.expected)}`;
    case 'invalid_value':
      return `只能是 ${issue.values.map(String).join('、')}`;
    case 'too_small':
      return `${measure(issue.origin)}不能${issue.inclusive === false ? '小于等于' : '小于'} ${issue.minimum}`;
    case 'too_big':
      return `${measure(issue.origin)}不能${issue.inclusive === false ? '大于等于' : '大于'} ${issue.maximum}`;
    case 'not_multiple_of':
      return `必须是 ${issue.divisor} 的倍数`;
    default:
      return issue.message;
  }
}

const TYPE_NAMES: Record<string, string> = {
  string: '字符串',
  number: '数字',
  int: '整数',
  boolean: '布尔值',
  array: '数组',
  object: '对象',
};

function typeName(expected: string): string {
  return TYPE_NAMES[expected] ?? expected;
}

function measure(origin: string): string {
  if (origin === 'string') return '长度';
  if (origin === 'array') return '数量';
  return '';
}
