import type { CreateImage } from '@darkroom/contracts';

/** Models behind one of the provider's endpoints. Each family has its own rate limit, slots and time limit. */
export const FAMILIES = ['image-01', 'h3'] as const;
export type Family = (typeof FAMILIES)[number];

export function familyOf(model: string): Family {
  return model.startsWith('MiniMax-H3-') ? 'h3' : 'image-01';
}

/** How many images arrive one by one during the call; null when they all arrive with its end. */
export function streamedImages({ model, n }: Pick<CreateImage, 'model' | 'n'>): number | null {
  return familyOf(model) === 'h3' ? n : null;
}
