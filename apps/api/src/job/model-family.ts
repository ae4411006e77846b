import {
  type Area,
  areaOf,
  MODEL_CAPABILITIES,
  MODELS,
  type Model,
  type ModelCapabilities,
  type RequestSize,
} from '@darkroom/contracts';

/** Models behind one of the provider's endpoints. Each family has its own rate limit, slots and time limit. */
export type Family = ModelCapabilities['family'];

/** Has every family, or does not compile. */
const ALL: Record<Family, true> = { 'image-01': true, h3: true };
// Object.keys does not know that an object has no further keys; this one is a literal.
export const FAMILIES = Object.keys(ALL) as Family[];

export function familyOf(model: Model): Family {
  return MODEL_CAPABILITIES[model].family;
}

/** How many images arrive one by one during the call; null when they all arrive with its end. */
export function streamedImages({ model, n }: RequestSize): number | null {
  return MODEL_CAPABILITIES[model].streams ? n : null;
}

/** The kind of a call. Calls of one kind are expected to take about the same time. */
export function callKind(request: RequestSize): string {
  const area = areaOf(request);
  return `${request.model}${area === null ? '' : ` ${area}`} x${request.n}`;
}

const KIND = /^(\S+)(?: (1K|2K|4K))? x(\d+)$/;

/** What a kind says of its calls; null for one of a model that this version does not know. */
export function parseCallKind(kind: string): RequestSize | null {
  const [, name, area, n] = KIND.exec(kind) ?? [];
  const model = MODELS.find((candidate) => candidate === name);
  const areas: readonly Area[] = (model && MODEL_CAPABILITIES[model].area?.values) ?? [];
  return model ? { model, n: Number(n), area: areas.find((candidate) => candidate === area) } : null;
}
