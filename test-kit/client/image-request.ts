import type { Image01RequestInput } from '@darkroom/contracts';

/** The smallest valid request. Its prompt identifies it in the provider's log. */
export function imageRequest(prompt: string, more: Partial<Image01RequestInput> = {}): Image01RequestInput {
  return { model: 'image-01', prompt, ...more };
}
