import { expect, test } from 'vitest';
import * as z from 'zod';
import { CreateImage, ISSUES_MAX, issuesOf } from '../src/index.ts';

const request = { model: 'image-01', prompt: 'a lighthouse at dawn' };

function issuesFor(schema: z.ZodType, input: unknown) {
  const { error } = schema.safeParse(input);
  return error ? issuesOf(error) : [];
}

test('names the first 20 of 90 unknown keys', () => {
  const extra = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`key${index}`, 1]));
  const issues = issuesFor(CreateImage, { ...request, ...extra });
  expect(issues).toHaveLength(ISSUES_MAX);
  expect(issues[0]).toEqual({ path: ['key0'], message: '不支持的字段' });
});

test('names 20 issues in total when fields are invalid beside 90 unknown keys', () => {
  const extra = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`key${index}`, 1]));
  const issues = issuesFor(CreateImage, { model: 'x', prompt: '', n: 99, ...extra });
  expect(issues).toHaveLength(ISSUES_MAX);
  expect(issues.slice(0, 4).map(({ path }) => path.join('.'))).toEqual(['model', 'prompt', 'n', 'key0']);
});

test('names the first 20 of a million issues from any schema', () => {
  const faults = Array.from({ length: 1_000_000 }, () => 1);
  expect(issuesFor(z.array(z.string()), faults)).toHaveLength(ISSUES_MAX);
});

test('shortens keys and messages without splitting a character', () => {
  const key = '🌅'.repeat(100);
  const [unknown] = issuesFor(z.strictObject({}), { [key]: 1 });
  const part = String(unknown?.path[0]);
  expect(part.length).toBeLessThanOrEqual(64);
  expect(part.isWellFormed() && part.endsWith('…')).toBe(true);
  const [named] = issuesFor(
    z.string().refine(() => false, '长'.repeat(5_000)),
    'x',
  );
  expect(named?.message).toHaveLength(200);
});

test('limits the path of an issue to 8 parts', () => {
  let schema: z.ZodType = z.string();
  let input: unknown = 1;
  for (let depth = 0; depth < 50; depth++) {
    schema = z.object({ a: schema });
    input = { a: input };
  }
  expect(issuesFor(schema, input)[0]?.path).toHaveLength(8);
});

test('does not inspect the items of a list of references that is too long', () => {
  let looks = 0;
  const ownKeys = () => {
    looks++;
    return [];
  };
  const item = new Proxy({}, { ownKeys });
  const issues = issuesFor(CreateImage, { ...request, subject_reference: Array(1_000).fill(item) });
  expect(issues).toEqual([{ path: ['subject_reference'], message: '数量不能大于 1' }]);
  expect(looks).toBe(0);
});
