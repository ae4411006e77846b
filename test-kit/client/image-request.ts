import type { CreateImageInput } from '@darkroom/contracts';

/** The smallest valid request. Its prompt identifies it in the provider's log. */
export function order(prompt: string, more: Partial<CreateImageInput> = {}): CreateImageInput {
  return { model: 'image-01', prompt, ...more };
}
