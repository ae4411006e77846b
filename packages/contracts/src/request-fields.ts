import * as z from 'zod';
import { readImageFile } from './image-file.ts';

/** A prompt of at most `max` code points, without surrounding white space. */
export function promptOf(max: number) {
  return z
    .string()
    .transform((text) => text.trim())
    .superRefine((text, ctx) => {
      const problem = promptProblem(text, max);
      if (problem) ctx.addIssue({ code: 'custom', message: problem });
    });
}

function promptProblem(text: string, max: number): string | undefined {
  if (text === '') return '提示词不能为空';
  // A code point has at most two UTF-16 units: reject a prompt of megabytes by its length, without scanning it.
  if (text.length > 2 * max) return tooLong(max);
  if (text.includes('\u0000')) return '提示词包含无效字符（U+0000）';
  if (!text.isWellFormed()) return '提示词包含无效字符（不完整的 Unicode）';
  return countCodePoints(text) > max ? tooLong(max) : undefined;
}

function tooLong(max: number): string {
  return `提示词不能超过 ${max} 个字符`;
}

export function countCodePoints(text: string): number {
  let codePoints = 0;
  for (const _ of text) codePoints++;
  return codePoints;
}

/** Normalises data URLs to one spelling: the same bytes must make the same request for the idempotency comparison. */
export const ImageFileText = z.string().transform((text, ctx) => {
  const file = readImageFile(text);
  if ('kind' in file) return file.kind === 'data' ? `data:${file.contentType};base64,${file.base64}` : text;
  const { message, reason } = file;
  ctx.addIssue({ code: 'custom', message, ...(reason && { params: { reason } }) });
  return z.NEVER;
});

/** A fault of a request. `path` is the field that a user would change. */
export interface FieldProblem {
  path: string;
  message: string;
}

/** A refinement that adds an issue for every problem found. */
export function refineBy<Fields>(findProblems: (fields: Fields) => FieldProblem[]) {
  return (fields: Fields, ctx: z.RefinementCtx): void => {
    for (const { path, message } of findProblems(fields)) ctx.addIssue({ code: 'custom', path: [path], message });
  };
}
