import { MODEL_CAPABILITIES, type Model, type ModelCapabilities } from '@darkroom/contracts';

/** Models behind one of the provider's endpoints. Each family has its own rate limit, slots and time limit. */
export type Family = ModelCapabilities['family'];
export const FAMILIES = ['image-01', 'h3'] as const satisfies Family[];

export function familyOf(model: Model): Family {
  return MODEL_CAPABILITIES[model].family;
}

/** The fields of a request that its duration depends on. */
export interface CallShape {
  model: Model;
  n: number;
  size?: string | undefined;
  area?: '1K' | '2K' | '4K' | undefined;
}

/** How many images arrive one by one during the call; null when they all arrive with its end. */
export function streamedImages({ model, n }: CallShape): number | null {
  return MODEL_CAPABILITIES[model].streams ? n : null;
}

/** The kind of a call. Calls of one kind are expected to take about the same time. */
export function callKind(request: CallShape): string {
  const size = familyOf(request.model) === 'h3' ? ` ${areaClass(request)}` : '';
  return `${request.model}${size} x${request.n}`;
}

/** The size class of a request; a fixed size counts as the class that is nearest in pixels. */
function areaClass({ size, area }: CallShape): string {
  if (area !== undefined) return area;
  const [width = 0, height = 0] = (size ?? '').split('x').map(Number);
  const edge = Math.sqrt(width * height);
  return edge < 1_448 ? '1K' : edge < 2_896 ? '2K' : '4K'; // the geometric means of 1024, 2048 and 4096
}
