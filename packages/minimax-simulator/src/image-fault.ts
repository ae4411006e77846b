import * as z from 'zod';

/**
 * A fault of one image when its link is requested. The last five kinds also apply to images that are sent as base64.
 */
export const ImageFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('status'), status: z.int().min(400).max(599) }),
  z.strictObject({ kind: z.literal('redirect'), location: z.string() }),
  /** The request is read but never answered. */
  z.strictObject({ kind: z.literal('hang') }),
  /** One byte every `intervalMs` milliseconds. */
  z.strictObject({ kind: z.literal('trickle'), intervalMs: z.number().min(1).default(100) }),
  /** Half of the bytes, then a TCP reset. */
  z.strictObject({ kind: z.literal('reset') }),
  /** Half of the bytes of Content-Length, then a normal close of the connection. */
  z.strictObject({ kind: z.literal('cut_short') }),
  /** An HTML page instead of an image. */
  z.strictObject({ kind: z.literal('html') }),
  /** Only the first byte of the JPEG. */
  z.strictObject({ kind: z.literal('one_byte') }),
  /** A JPEG of the right length whose first bytes and end marker are valid, with noise between them. */
  z.strictObject({ kind: z.literal('corrupt_jpeg') }),
  /** A small PNG whose header declares 900 million pixels. */
  z.strictObject({ kind: z.literal('bomb') }),
  /** A valid JPEG, padded with zeros to `bytes` bytes. */
  z.strictObject({ kind: z.literal('padded'), bytes: z.int().min(1) }),
]);
export type ImageFault = z.output<typeof ImageFault>;
