import type * as z from 'zod';
import type { Issue } from './errors.ts';
import { ISSUES_MAX } from './limits.ts';

/** Most parts of one path. No field of the contract is deeper than 4. */
const PATH_PARTS_MAX = 8;
/** Longest part of a path, in UTF-16 units. An unknown key can be of any length. */
const PATH_PART_MAX_LENGTH = 64;
/** Longest message, in UTF-16 units. */
const MESSAGE_MAX_LENGTH = 200;

/**
 * Converts a ZodError into the issues of an `invalid_request`, with Chinese messages. An unknown key gets an issue with
 * its own path, so that every issue points at the field to change. The result is bounded for any request: the first
 * `ISSUES_MAX` issues, each with at most 8 path parts of 64 characters and a message of 200.
 */
export function issuesOf(error: z.core.$ZodError): Issue[] {
  const issues: Issue[] = [];
  for (const issue of error.issues) {
    // JSON has no symbols; this narrows the type.
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    if (issue.code !== 'unrecognized_keys') issues.push(bounded({ path, message: explain(issue), ...causeOf(issue) }));
    else {
      const keys = issue.keys.slice(0, ISSUES_MAX);
      issues.push(...keys.map((key) => bounded({ path: [...path, key], message: '不支持的字段' })));
    }
    if (issues.length >= ISSUES_MAX) break;
  }
  return issues.slice(0, ISSUES_MAX);
}

/** The cause that a check of ours gave its issue: a row of the table of upload problems. */
function causeOf(issue: z.core.$ZodIssue): Pick<Issue, 'reason'> {
  const reason: unknown = issue.code === 'custom' ? issue.params?.reason : undefined;
  return typeof reason === 'string' ? { reason } : {};
}

function bounded({ path, message, ...cause }: Issue): Issue {
  const parts = path
    .slice(0, PATH_PARTS_MAX)
    .map((part) => (typeof part === 'number' ? part : shorten(part, PATH_PART_MAX_LENGTH)));
  return { path: parts, message: shorten(message, MESSAGE_MAX_LENGTH), ...cause };
}

function shorten(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).toWellFormed()}…`;
}

function explain(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_type':
      return `必须是${typeName(issue.expected)}`;
    case 'invalid_value':
      return `只能是 ${issue.values.map(String).join('、')}`;
    case 'invalid_union':
      return 'options' in issue ? `只能是 ${(issue.options ?? []).map(String).join('、')}` : issue.message;
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
