import { randomInt } from 'node:crypto';
import sharp from 'sharp';
import type { Size } from '../draw.ts';
import type { Drawing } from '../drawing.ts';
import { decodeDataUrl } from './inspect-reference.ts';
import type { H3Request } from './request.ts';

/** Longest side of a thumbnail in pixels. */
const THUMBNAIL_SIDE = 480;
/** Code points of the prompt that are kept to be drawn. */
const PROMPT_START = 300;

/** What the images of a request are drawn from. `style` `plain` needs no thumbnails. */
export async function planDrawing(
  { prompt, output_format = 'jpg', output_compression = 95 }: H3Request,
  references: string[],
  size: Size,
  style: 'poster' | 'plain',
): Promise<Omit<Drawing, 'index' | 'mark'>> {
  const thumbnails: (string | null)[] = [];
  // Sequential: a decoded reference can have 200 MB.
  for (const reference of style === 'poster' ? references : []) thumbnails.push(await thumbnail(reference));
  return {
    prompt: [...prompt.slice(0, PROMPT_START * 2)].slice(0, PROMPT_START).join(''),
    ...size,
    format: output_format === 'jpg' ? 'jpeg' : output_format,
    quality: output_compression,
    seed: randomInt(2 ** 31),
    references: thumbnails,
  };
}

/** Null for a reference by URL, which is not fetched, and for one that sharp cannot decode, such as HEIC. */
async function thumbnail(reference: string): Promise<string | null> {
  const bytes = decodeDataUrl(reference);
  if (!bytes) return null;
  const jpeg = await sharp(bytes)
    .autoOrient()
    .resize({ width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .jpeg({ quality: 80 })
    .toBuffer()
    .catch(() => undefined);
  return jpeg?.toString('base64') ?? null;
}
