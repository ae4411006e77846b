import * as z from 'zod';

/** Everything that an image is drawn from: it is kept in place of the image, which is drawn when it is downloaded. */
export const Drawing = z.object({
  /** The start of the prompt. */
  prompt: z.string(),
  /** Pixels, as is `height`. */
  width: z.int(),
  height: z.int(),
  format: z.enum(['jpeg', 'png', 'webp']),
  /** 0 to 100; for jpeg and webp. */
  quality: z.int(),
  /** Different for each call. */
  seed: z.int(),
  /** Index within the images of one call, from 0. */
  index: z.int(),
  /** The text that tells which call made the image: EXIF ImageDescription. */
  mark: z.string(),
  /** Thumbnails as base64 of a JPEG, in the order of the references; null where there are no bytes to show. */
  references: z.array(z.string().nullable()),
});
export type Drawing = z.output<typeof Drawing>;
