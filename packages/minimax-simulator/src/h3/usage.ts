import type { Size } from '../draw.ts';
import type { H3Reference } from './inspect-reference.ts';

/** OpenAI's members: MiniMax's are not known. */
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  input_tokens_details: { text_tokens: number; image_tokens: number };
}

/** A reference by URL is not fetched, so its size is not known. */
const UNKNOWN_SIZE = { width: 1024, height: 1024 };

/** Usage of `images` finished images. The input is charged once for each of them. */
export function countUsage(prompt: string, references: H3Reference[], size: Size, images: number): Usage {
  const text = Math.ceil(Buffer.byteLength(prompt) / 4) * images;
  const sizes = references.map((reference) => (reference.kind === 'data' ? reference : UNKNOWN_SIZE));
  const image = sizes.reduce((sum, reference) => sum + imageTokens(reference), 0) * images;
  const output = imageTokens(size) * images;
  return {
    input_tokens: text + image,
    output_tokens: output,
    total_tokens: text + image + output,
    input_tokens_details: { text_tokens: text, image_tokens: image },
  };
}

/** One token for 32x32 pixels, which fits the published prices. */
function imageTokens({ width, height }: Size): number {
  return Math.ceil(width / 32) * Math.ceil(height / 32);
}
