import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { GenerationRequest } from '../src/index.ts';

/** The fields of an answer that the tests use. */
const Body = z.looseObject({
  id: z.string().optional(),
  data: z
    .object({ image_urls: z.array(z.string()).optional(), image_base64: z.array(z.string()).optional() })
    .nullish(),
  metadata: z.object({ success_count: z.string(), failed_count: z.string() }).optional(),
  base_resp: z.object({ status_code: z.union([z.number(), z.string()]), status_msg: z.string() }).optional(),
});

/** Makes a valid call; the given fields replace the defaults. */
export async function callSimulator(url: string, fields: object = {}, key = 'key') {
  const response = await post(url, JSON.stringify({ model: 'image-01', prompt: 'a red fox', ...fields }), key);
  const body = Body.parse(await response.json());
  return { response, body, code: body.base_resp?.status_code, urls: body.data?.image_urls ?? [] };
}

export function post(url: string, body: string, key = 'key'): Promise<Response> {
  return fetch(`${url}/v1/image_generation`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body,
  });
}

export function photo(name: string): Buffer {
  return readFileSync(new URL(`../../../test-kit/photos/${name}`, import.meta.url));
}

export function referenceTo(bytes: Buffer, type = 'png'): Pick<GenerationRequest, 'subject_reference'> {
  return {
    subject_reference: [{ type: 'character', image_file: `data:image/${type};base64,${bytes.toString('base64')}` }],
  };
}
