import type { H3RequestInput, Image01RequestInput } from '@darkroom/contracts';

/** The smallest valid request. Its prompt identifies it in the provider's log. */
export function imageRequest(prompt: string, more: Partial<Image01RequestInput> = {}): Image01RequestInput {
  return { model: 'image-01', prompt, ...more };
}

/** The same for H3. Images of 1K have the size of those of image-01. */
export function h3Request(prompt: string, more: Partial<H3RequestInput> = {}): H3RequestInput {
  return { model: 'MiniMax-H3-Image', prompt, area: '1K', ...more };
}
