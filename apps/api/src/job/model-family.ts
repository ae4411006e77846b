import { type CreateImage, MODEL_CAPABILITIES, type Model, type ModelCapabilities } from '@darkroom/contracts';

/** Models behind one of the provider's endpoints. Each family has its own rate limit, slots and time limit. */
export type Family = ModelCapabilities['family'];
export const FAMILIES = ['image-01', 'h3'] as const satisfies Family[];

export function familyOf(model: Model): Family {
  return MODEL_CAPABILITIES[model].family;
}

/** How many images arrive one by one during the call; null when they all arrive with its end. */
export function streamedImages({ model, n }: Pick<CreateImage, 'model' | 'n'>): number | null {
  return MODEL_CAPABILITIES[model].streams ? n : null;
}
