import * as z from 'zod';
import { parseAspectRatio, parseSize } from './image-size.ts';
import type { H3Wire } from './wire.ts';

/** Path of an H3 endpoint: text to image, or text and references to image. */
export const H3Endpoint = z.enum(['/v1/images/generations', '/v1/images/edits']);
export type H3Endpoint = z.output<typeof H3Endpoint>;

/** Bounds on the code points of a prompt without surrounding white space. */
const PROMPT_LIMITS: Record<H3Endpoint, number> = { '/v1/images/generations': 32_000, '/v1/images/edits': 8_000 };

/** The fields of both endpoints, as sent: an absent field stays absent. */
export const H3Request = z.object({
  model: z.enum(['MiniMax-H3-Image', 'MiniMax-H3-Image-Highspeed']),
  prompt: z.string().refine((prompt) => prompt.trim() !== '', 'must not be blank'),
  n: z.int().min(1).max(10).optional(),
  size: z
    .string()
    .refine(
      (size) => size === 'auto' || parseSize(size) !== undefined,
      'must be auto or WIDTHxHEIGHT of 655360 to 20000000 pixels, with a ratio of 1:3 to 3:1',
    )
    .optional(),
  aspect_ratio: z
    .string()
    .refine(
      (ratio) => ratio === 'auto' || parseAspectRatio(ratio) !== undefined,
      'must be auto or X:Y with integers of 1 to 300 and a ratio of 1:3 to 3:1',
    )
    .optional(),
  area: z.enum(['1K', '2K', '4K']).optional(),
  output_format: z.enum(['png', 'jpeg', 'jpg', 'webp']).optional(),
  output_compression: z.int().min(0).max(100).optional(),
  disable_prompt_enhanced: z.boolean().optional(),
  response_format: z.enum(['url', 'b64_json']).optional(),
  stream: z.boolean().optional(),
});
export type H3Request = z.output<typeof H3Request>;

/** Why a request is refused with 400. `param` is the path of the field; empty for the body as a whole. */
export interface RequestProblem {
  param: string;
  message: string;
}

/** A valid request: its fields, and its references as data URLs or public URLs in the order sent. */
export interface ParsedRequest {
  request: H3Request;
  references: string[];
}

/** Checks a body against every documented rule. In doubt a request is refused: that is the harder case for a client. */
export function parseRequest(endpoint: H3Endpoint, body: unknown, wire: H3Wire): ParsedRequest | RequestProblem {
  const parsed = H3Request.safeParse(body);
  if (!parsed.success) return firstProblem(parsed.error);
  const request = parsed.data;
  const problem = unknownField(endpoint, body, wire) ?? crossFieldProblem(endpoint, request);
  if (problem) return problem;
  if (endpoint === '/v1/images/generations') return { request, references: [] };
  const references = referenceList(wire).safeParse(body);
  return references.success ? { request, references: references.data.images } : firstProblem(references.error);
}

function unknownField(endpoint: H3Endpoint, body: unknown, wire: H3Wire): RequestProblem | undefined {
  if (wire.unknownFields === 'ignore') return undefined;
  const known = new Set(Object.keys(H3Request.shape));
  if (endpoint === '/v1/images/edits') known.add('images');
  const unknown = Object.keys(Object(body)).find((name) => !known.has(name));
  return unknown === undefined ? undefined : { param: unknown, message: 'unknown field' };
}

function crossFieldProblem(endpoint: H3Endpoint, request: H3Request): RequestProblem | undefined {
  const { prompt, size = 'auto', aspect_ratio = 'auto', area, output_format = 'jpg' } = request;
  const limit = PROMPT_LIMITS[endpoint];
  if (codePoints(prompt.trim(), limit) > limit) {
    return { param: 'prompt', message: `must have at most ${limit} characters` };
  }
  if (size !== 'auto' && (aspect_ratio !== 'auto' || area !== undefined)) {
    return { param: 'size', message: 'a fixed size excludes aspect_ratio and area' };
  }
  if (request.disable_prompt_enhanced === true) {
    if (endpoint === '/v1/images/edits') {
      return { param: 'disable_prompt_enhanced', message: 'edits are always enhanced' };
    }
    if (size === 'auto' && aspect_ratio === 'auto') {
      return { param: 'disable_prompt_enhanced', message: 'needs a fixed size or aspect_ratio' };
    }
  }
  if (request.output_compression !== undefined && output_format === 'png') {
    return { param: 'output_compression', message: 'needs jpeg or webp' };
  }
  if (request.stream === true && request.response_format === 'b64_json') {
    return { param: 'response_format', message: 'must be url when stream is true' };
  }
  return undefined;
}

/** Counts at most one above the limit. */
function codePoints(text: string, limit: number): number {
  let count = 0;
  for (const _ of text) if (++count > limit) break;
  return count;
}

function referenceList({ referenceKey }: H3Wire) {
  const keys = referenceKey === 'any' ? (['image_url', 'url', 'image'] as const) : ([referenceKey] as const);
  const isReference = (text: string) =>
    /^(https?:\/\/\S+|data:image\/(jpeg|jpg|png|webp|heic|heif);base64,\S+)$/i.test(text);
  const Reference = z.string().refine(isReference, 'must be a public URL or a data URL of an image');
  const entries = keys.map((key) => z.strictObject({ [key]: Reference }).transform((entry) => entry[key] ?? ''));
  return z.object({ images: z.array(z.union(entries)).min(1).max(16) });
}

function firstProblem(error: z.ZodError): RequestProblem {
  const [issue] = error.issues;
  return { param: issue?.path.join('.') ?? '', message: issue?.message ?? 'invalid' };
}
