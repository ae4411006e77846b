import type { ImageModel } from './image-models.ts';
import {
  ASPECT_RATIOS,
  IMAGES_PER_JOB_MAX,
  MODELS,
  PROMPT_MAX_CODE_POINTS,
  REFERENCE_BYTES_LIMIT,
  SIZE_MAX,
  SIZE_MIN,
  SIZE_STEP,
  SUBJECT_REFERENCES_MAX,
} from './limits.ts';

/*
 * What each model accepts and costs, in one table. The request schemas, `image.models` and docs/models.md are made from
 * it or checked against it. This file must not import zod: it is part of browser bundles.
 */

/** The name of a model. */
export type Model = (typeof MODELS)[number];

/** What a model accepts: an `ImageModel` without its name. */
export type ModelCapabilities = Omit<ImageModel, 'model'>;

/** US dollars of one `image-01` image at MiniMax: the unit of cost. */
const UNIT_USD = 0.0035;

const IMAGE_01 = {
  family: 'image-01',
  prompt: { max: PROMPT_MAX_CODE_POINTS, max_with_references: PROMPT_MAX_CODE_POINTS },
  n: { min: 1, max: IMAGES_PER_JOB_MAX, default: 1 },
  area: null,
  references: {
    field: 'subject_reference',
    min: 0,
    max: SUBJECT_REFERENCES_MAX,
    kind: 'character',
    formats: ['image/jpeg', 'image/png'],
    bytes_limit: REFERENCE_BYTES_LIMIT,
    side_min: null,
    side_max: null,
    ratio_max: null,
  },
  timeout_ms: 180_000,
  streams: false,
  cost: { unit_usd: UNIT_USD, per_image: 1, per_image_by_area: null, is_estimate: false },
} as const satisfies Partial<ModelCapabilities>;

/*
 * The H3 family, released on 2026-11-10. MiniMax's field table could not be read: bounds are those on which several
 * independent clients agree. The price is an estimate: a 4K image costs about $0.069, of which $0.006 is the prompt;
 * the rest follows the number of pixels. References add to it by an amount that is not known.
 */
const H3 = {
  family: 'h3',
  prompt: { max: 32_000, max_with_references: 8_000 },
  n: { min: 1, max: 10, default: 1 },
  aspect_ratio: { kind: 'free', part_max: 300, ratio_max: 3, default: 'auto' },
  size: { kind: 'size', area_min: 655_360, area_max: 20_000_000, ratio_max: 3, multiple_advised: 16 },
  area: { values: ['1K', '2K', '4K'], default: '2K' }, // MiniMax's own default is 4K, three times the price
  references: {
    field: 'references',
    min: 0,
    max: 16,
    kind: 'image',
    formats: ['image/jpeg', 'image/png', 'image/webp', 'image/heic', 'image/heif'],
    bytes_limit: REFERENCE_BYTES_LIMIT, // MiniMax states none
    side_min: 128,
    side_max: 8_192,
    ratio_max: 4,
  },
  fields: ['model', 'prompt', 'size', 'aspect_ratio', 'area', 'references', 'n', 'disable_prompt_enhanced'],
  timeout_ms: 600_000,
  streams: true,
} as const satisfies Partial<ModelCapabilities>;

/** The capability table. A further member of `MODELS` does not compile until it has a row. */
export const MODEL_CAPABILITIES = {
  'image-01': {
    ...IMAGE_01,
    aspect_ratio: { kind: 'listed', values: ASPECT_RATIOS, default: '1:1' },
    size: { kind: 'width_and_height', min: SIZE_MIN, max: SIZE_MAX, multiple_of: SIZE_STEP },
    fields: [
      'model',
      'prompt',
      'aspect_ratio',
      'width',
      'height',
      'subject_reference',
      'n',
      'seed',
      'prompt_optimizer',
      'aigc_watermark',
    ],
  },
  'image-01-live': {
    ...IMAGE_01,
    aspect_ratio: { kind: 'listed', values: ASPECT_RATIOS.filter((ratio) => ratio !== '21:9'), default: '1:1' },
    size: null,
    fields: [
      'model',
      'prompt',
      'aspect_ratio',
      'subject_reference',
      'n',
      'seed',
      'prompt_optimizer',
      'aigc_watermark',
      'style',
    ],
  },
  'MiniMax-H3-Image': {
    ...H3,
    cost: {
      unit_usd: UNIT_USD,
      per_image: 7,
      per_image_by_area: { '1K': 3, '2K': 7, '4K': 20 },
      is_estimate: true,
    },
  },
  'MiniMax-H3-Image-Highspeed': {
    ...H3,
    cost: {
      unit_usd: UNIT_USD,
      per_image: 14,
      per_image_by_area: { '1K': 6, '2K': 14, '4K': 40 },
      is_estimate: true,
    },
  },
} as const satisfies Record<Model, ModelCapabilities>;

/** The models of one family. */
export type ModelOf<Family extends ModelCapabilities['family']> = {
  [Name in Model]: (typeof MODEL_CAPABILITIES)[Name]['family'] extends Family ? Name : never;
}[Model];

/** The models of one family, in the order of `MODELS`. */
export function modelsOf<Family extends ModelCapabilities['family']>(family: Family): ModelOf<Family>[] {
  const isOf = (model: Model): model is ModelOf<Family> => MODEL_CAPABILITIES[model].family === family;
  return MODELS.filter(isOf);
}

/** Whether a request is for a model of the H3 family. */
export function isH3<Request extends { model: Model }>(
  request: Request,
): request is Extract<Request, { model: ModelOf<'h3'> }> {
  return MODEL_CAPABILITIES[request.model].family === 'h3';
}

/** The fields of a request that its cost and its duration depend on. */
export interface RequestSize {
  model: Model;
  n: number;
  size?: string | undefined;
  area?: Area | undefined;
}

/** Size classes of the models that have them: about 1024, 2048 and 4096 pixels squared. */
export type Area = (typeof H3.area.values)[number];

/**
 * The size class of a request; null for a model without size classes. A `size` in pixels counts as the class that is
 * nearest in pixels.
 */
export function areaOf({ model, size, area }: RequestSize): Area | null {
  const areas = MODEL_CAPABILITIES[model].area;
  if (areas === null) return null;
  if (area !== undefined) return area;
  const [width, height] = (size ?? '').split('x').map(Number);
  if (width === undefined || height === undefined) return areas.default;
  const edge = Math.sqrt(width * height);
  return edge < 1_448 ? '1K' : edge < 2_896 ? '2K' : '4K'; // the geometric means of 1024, 2048 and 4096
}

/**
 * What a call for this request costs at most, in units of `cost.unit_usd`: all of its images. References can add to it
 * where `cost.is_estimate` is true.
 */
export function costUnits(request: RequestSize): number {
  const { cost } = MODEL_CAPABILITIES[request.model];
  const area = areaOf(request);
  const perImage = area === null || cost.per_image_by_area === null ? cost.per_image : cost.per_image_by_area[area];
  return perImage * request.n;
}
