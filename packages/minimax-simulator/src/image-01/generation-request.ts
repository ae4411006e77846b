import * as z from 'zod';

/**
 * Width and height in pixels of each aspect ratio
 * (https://platform.minimaxi.com/docs/api-reference/image-generation-t2i).
 */
const SIZES = {
  '1:1': [1024, 1024],
  '16:9': [1280, 720],
  '4:3': [1152, 864],
  '3:2': [1248, 832],
  '2:3': [832, 1248],
  '3:4': [864, 1152],
  '9:16': [720, 1280],
  '21:9': [1344, 576],
} as const;

type AspectRatio = keyof typeof SIZES;
// The cast is safe: Object.keys is typed string[], and the table is closed.
const ASPECT_RATIOS = Object.keys(SIZES) as AspectRatio[];

/** Exclusive bound on code points. MiniMax documents up to 1500, but its server refuses exactly 1500. */
const PROMPT_LIMIT = 1500;
/** Exclusive bound on decoded bytes. */
const REFERENCE_BYTES_LIMIT = 10_000_000;

const Side = z.int().min(512).max(2048).multipleOf(8);

const SubjectReference = z.object({
  type: z.literal('character'),
  image_file: z.string().refine(isReference, 'must be a public URL or a JPEG or PNG data URL under 10 MB'),
});

/** The body that `POST /v1/image_generation` accepts. Unknown fields are ignored, as MiniMax does. */
export const GenerationRequest = z
  .object({
    model: z.enum(['image-01', 'image-01-live']),
    prompt: z.string().min(1).refine(isShort, `length must be less than ${PROMPT_LIMIT}`),
    aspect_ratio: z.enum(ASPECT_RATIOS).optional(),
    width: Side.optional(),
    height: Side.optional(),
    n: z.int().min(1).max(9).default(1),
    seed: z.int().optional(),
    response_format: z.enum(['url', 'base64']).default('url'),
    prompt_optimizer: z.boolean().optional(),
    aigc_watermark: z.boolean().optional(),
    style: z
      .object({
        style_type: z.enum(['漫画', '元气', '中世纪', '水彩']),
        style_weight: z.number().gt(0).lte(1).optional(),
      })
      .optional(),
    subject_reference: z.array(SubjectReference).max(1).optional(),
  })
  .refine((r) => (r.width === undefined) === (r.height === undefined), 'width and height must be set together')
  .refine((r) => r.model === 'image-01' || r.width === undefined, 'width and height need image-01')
  .refine((r) => r.model === 'image-01' || r.aspect_ratio !== '21:9', 'aspect_ratio 21:9 needs image-01');
export type GenerationRequest = z.output<typeof GenerationRequest>;

function isShort(prompt: string): boolean {
  let codePoints = 0;
  for (const _ of prompt) codePoints++;
  return codePoints < PROMPT_LIMIT;
}

function isReference(imageFile: string): boolean {
  if (/^https?:\/\//i.test(imageFile)) return true;
  const bytes = referenceBytes(imageFile);
  return bytes !== undefined && bytes.length < REFERENCE_BYTES_LIMIT;
}

/** The decoded bytes of a data URL; undefined for anything else. Public URLs are never fetched. */
export function referenceBytes(imageFile: string): Buffer | undefined {
  const prefix = /^data:image\/(?:jpeg|jpg|png);base64,/i.exec(imageFile);
  return prefix ? Buffer.from(imageFile.slice(prefix[0].length), 'base64') : undefined;
}

/**
 * Size in pixels of the requested image. If both are sent, `aspect_ratio` wins over `width` and `height`, as at
 * MiniMax.
 */
export function imageSize(request: GenerationRequest): { width: number; height: number } {
  const { aspect_ratio, width, height } = request;
  if (aspect_ratio === undefined && width !== undefined && height !== undefined) return { width, height };
  const [ratioWidth, ratioHeight] = SIZES[aspect_ratio ?? '1:1'];
  return { width: ratioWidth, height: ratioHeight };
}
