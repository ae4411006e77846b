import * as z from 'zod';
import { AnsweredImages } from './image-lists.ts';

/**
 * The body of `POST /v1/image_generation`, with MiniMax's own field names. Source:
 * https://platform.minimaxi.com/docs/api-reference/image-generation-t2i and its `-i2i` page.
 */
export interface GenerateImageRequest {
  model: 'image-01' | 'image-01-live';
  /** 1 to 1499 Unicode code points. MiniMax documents 1500, but its server refuses exactly 1500. */
  prompt: string;
  /** Default `1:1`. `21:9` only with `image-01`. MiniMax ignores `width` and `height` if both forms are sent. */
  aspect_ratio?: '1:1' | '16:9' | '4:3' | '3:2' | '2:3' | '3:4' | '9:16' | '21:9' | undefined;
  /** Pixels, 512 to 2048, a multiple of 8; only with `height`, without `aspect_ratio`, and for `image-01`. */
  width?: number | undefined;
  height?: number | undefined;
  /** Number of images, 1 to 9; default 1. */
  n?: number | undefined;
  seed?: number | undefined;
  /** `url` (the default) returns links that expire after 24 hours. */
  response_format?: 'url' | 'base64' | undefined;
  /** Default false. */
  prompt_optimizer?: boolean | undefined;
  /** Default false. A visible mark; in MiniMax's documents for China only. */
  aigc_watermark?: boolean | undefined;
  /** Only with `image-01-live`. `style_weight` is above 0 and at most 1; default 0.8. */
  style?: { style_type: '漫画' | '元气' | '中世纪' | '水彩'; style_weight?: number | undefined } | undefined;
  /** At most one reference: a public URL, or a data URL of a JPEG or PNG under 10 MB. */
  subject_reference?: { type: 'character'; image_file: string }[] | undefined;
}

/**
 * An integer, as a number or as a string of digits: MiniMax sends both. Bounded so that it fits a database's 32-bit
 * integer.
 */
const Integer = z.union([
  z.int32(),
  z
    .string()
    .regex(/^-?\d{1,9}$/)
    .transform(Number),
]);

/** A text that is stored with the attempt: cut at 1000 UTF-16 units, without U+0000, which PostgreSQL cannot store. */
const Text = z
  .string()
  .transform((text) => text.replaceAll('\0', '').slice(0, 1000))
  .nullish()
  .catch(null);

/**
 * The response fields that are read besides the images. Each is parsed separately and counts as absent if it is
 * malformed, so that it cannot hide an error in base_resp or images that may have been billed. JSON that is not an
 * object has none.
 */
const AnswerFields = z
  .object({
    id: Text,
    metadata: z
      .object({ failed_count: Integer.nullish().catch(null), success_count: Integer.nullish().catch(null) })
      .nullish()
      .catch(null),
    base_resp: z.object({ status_code: Integer, status_msg: Text }).nullish().catch(null),
  })
  .catch({});

/** A response body: the fields above and its images. */
export const Answer = z
  .unknown()
  .transform((json) => ({ ...AnswerFields.parse(json), images: AnsweredImages.parse(json) }));
export type Answer = z.output<typeof Answer>;
