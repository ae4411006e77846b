import * as z from 'zod';
import { MODELS } from './limits.ts';

const Count = z.int().min(0);

/** One of a fixed list of ratios. */
const ListedRatios = z.object({
  kind: z.literal('listed'),
  values: z.array(z.string()).readonly(),
  default: z.string(),
});

/** Any `X:Y` of whole numbers up to `part_max`, no more than `ratio_max` times as long as wide, or `auto`. */
const FreeRatio = z.object({
  kind: z.literal('free'),
  part_max: Count,
  ratio_max: z.number(),
  default: z.string(),
});

/** `width` and `height` in pixels, each from `min` to `max` and a multiple of `multiple_of`. */
const WidthAndHeight = z.object({
  kind: z.literal('width_and_height'),
  min: Count,
  max: Count,
  multiple_of: Count,
});

/**
 * `size` as `WIDTHxHEIGHT` or `auto`: `area_min` to `area_max` pixels in total, the longer side at most `ratio_max`
 * times the shorter one. Multiples of `multiple_advised` are what other clients send; others are accepted.
 */
const SizeText = z.object({
  kind: z.literal('size'),
  area_min: Count,
  area_max: Count,
  ratio_max: z.number(),
  multiple_advised: Count,
});

/** Size classes: about 1024, 2048 and 4096 pixels squared. */
const AREAS = ['1K', '2K', '4K'] as const;

/** The rules for references. A bound that is null does not exist for the model. */
const ReferenceRules = z.object({
  /** The field of the request that holds them. */
  field: z.enum(['subject_reference', 'references']),
  min: Count,
  max: Count,
  /** What a reference is used for: a person's likeness, or any image that the prompt speaks of by its number. */
  kind: z.enum(['character', 'image']),
  /** Media types that the provider takes. */
  formats: z.array(z.string()).readonly(),
  /** Exclusive bound on the bytes of one file. */
  bytes_limit: Count,
  /** Bounds of each side in pixels. */
  side_min: Count.nullable(),
  side_max: Count.nullable(),
  /** The longer side is at most so many times the shorter one. */
  ratio_max: z.number().nullable(),
});

const Cost = z.object({
  /** US dollars per unit: the price of one `image-01` image. */
  unit_usd: z.number(),
  /** Units of one image; of the default area for a model with areas. */
  per_image: Count,
  /** Units of one image by its area; null for a model without areas. */
  per_image_by_area: z.object({ '1K': Count, '2K': Count, '4K': Count }).nullable(),
  /** True: the provider's price is not known exactly. Images in the request can add to it. */
  is_estimate: z.boolean(),
});

/** What one model accepts, what a call costs, and how long it may take. */
export const ImageModel = z.object({
  model: z.enum(MODELS),
  /** Models of one family have the same request fields. */
  family: z.enum(['image-01', 'h3']),
  /** Longest prompt in Unicode code points after trimming, without and with references. */
  prompt: z.object({ max: Count, max_with_references: Count }),
  /** Number of images of one request. */
  n: z.object({ min: Count, max: Count, default: Count }),
  aspect_ratio: z.discriminatedUnion('kind', [ListedRatios, FreeRatio]),
  /** Null: the size follows from the ratio alone. */
  size: z.discriminatedUnion('kind', [WidthAndHeight, SizeText]).nullable(),
  /** Size classes, and the one for requests without a size; null for a model without them. */
  area: z.object({ values: z.array(z.enum(AREAS)).readonly(), default: z.enum(AREAS) }).nullable(),
  references: ReferenceRules,
  /** Every field of a request for this model. */
  fields: z.array(z.string()).readonly(),
  /** Milliseconds after which a call to the provider is given up, unless the deployment sets another time. */
  timeout_ms: Count,
  /** Whether images arrive one by one while the call runs. */
  streams: z.boolean(),
  cost: Cost,
});
export type ImageModel = z.output<typeof ImageModel>;

/** The answer of `image.models`: what this deployment offers. */
export const ImageModels = z.object({ models: z.array(ImageModel) });
export type ImageModels = z.output<typeof ImageModels>;
