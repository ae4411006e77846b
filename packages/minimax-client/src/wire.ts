import * as z from 'zod';
import { AnsweredImages } from './image-lists.ts';

/** The body of `POST /v1/image_generation`, field by field as MiniMax names it. */
export interface GenerateImageRequest {
  model: 'image-01' | 'image-01-live';
  /** 1 to 1499 Unicode code points. */
  prompt: string;
  aspect_ratio?: '1:1' | '16:9' | '4:3' | '3:2' | '2:3' | '3:4' | '9:16' | '21:9' | undefined;
  /** Pixels, 512 to 2048, a multiple of 8; only together with `height` and without `aspect_ratio`. */
  width?: number | undefined;
  height?: number | undefined;
  /** 1 to 9; default 1. */
  n?: number | undefined;
  seed?: number | undefined;
  /** `url` (the default) gives links that live 24 hours. */
  response_format?: 'url' | 'base64' | undefined;
  prompt_optimizer?: boolean | undefined;
  aigc_watermark?: boolean | undefined;
  style?: { style_type: '漫画' | '元气' | '中世纪' | '水彩'; style_weight?: number | undefined } | undefined;
  /** At most one; a public URL or a JPEG or PNG data URL under 10 MB. */
  subject_reference?: { type: 'character'; image_file: string }[] | undefined;
}

/** Numbers arrive as numbers or as strings of digits. One that no database's integer holds is none that MiniMax has. */
const Integer = z.union([
  z.int32(),
  z
    .string()
    .regex(/^-?\d{1,9}$/)
    .transform(Number),
]);

/** Texts are kept with the call: a long one is cut, and what PostgreSQL keeps in no text is left out. */
const Text = z
  .string()
  .transform((text) => text.replaceAll('\0', '').slice(0, 1000))
  .nullish()
  .catch(null);

/**
 * The response fields that are read beside the images, each for itself: a malformed one counts as absent, so that it hides
 * neither the error that base_resp reports nor images that may have been paid for. JSON that is no object has none of them.
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

export const Answer = z
  .unknown()
  .transform((json) => ({ ...AnswerFields.parse(json), images: AnsweredImages.parse(json) }));
export type Answer = z.output<typeof Answer>;
