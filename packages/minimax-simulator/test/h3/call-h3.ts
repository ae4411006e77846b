import * as z from 'zod';

export const GENERATIONS = '/v1/images/generations';
export const EDITS = '/v1/images/edits';

/** Makes a valid call; the given fields replace the defaults. */
export function callH3(url: string, path: string, fields: object = {}, key = 'key'): Promise<Response> {
  const body = { model: 'MiniMax-H3-Image', prompt: 'a red fox', ...fields };
  return postH3(url, path, JSON.stringify(body), key);
}

export function postH3(url: string, path: string, body: string, key = 'key'): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body,
  });
}

/** One event as a client reads it: its name, and its data as JSON if it is JSON. */
export interface ReadEvent {
  event: string | undefined;
  data: unknown;
}

/** Reads a whole stream. Comments are returned as events named `:`. */
export async function readEvents(response: Response): Promise<ReadEvent[]> {
  return parseEvents(await response.text());
}

/** Parses complete events, whatever their newline is. */
export function parseEvents(text: string): ReadEvent[] {
  const blocks = text.split(/(?:\r\n|\r|\n){2}/).filter((block) => block !== '');
  return blocks.map((block) => {
    const fields = block.split(/\r\n|\r|\n/).map((line) => /^([^:]*): ?(.*)$/s.exec(line) ?? []);
    const field = (name: string) => fields.find(([, found]) => found === name)?.[2];
    if (field('') !== undefined) return { event: ':', data: field('') };
    return { event: field('event'), data: parseJson(field('data') ?? '') };
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function reference(bytes: Buffer, type = 'png'): { image_url: string } {
  return { image_url: `data:image/${type};base64,${bytes.toString('base64')}` };
}

const Images = z.looseObject({
  data: z.array(z.looseObject({ url: z.string().optional(), b64_json: z.string().optional() })),
  usage: z.unknown().optional(),
  request_id: z.string(),
});

/** The body of a success that is not a stream. */
export async function imagesOf(response: Response): Promise<z.output<typeof Images>> {
  return Images.parse(await response.json());
}

export function publicReference(number: number): { image_url: string } {
  return { image_url: `https://example.com/${number}.png` };
}
