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

/**
 * How relays return the images that MiniMax has in `data.image_urls` or `data.image_base64`: in the other list, as data
 * URLs, in OpenAI's format, or in both lists.
 */
export const Shape = z.enum(['swapped_lists', 'data_urls', 'openai', 'both_lists']);
export type Shape = z.output<typeof Shape>;

/** The faults of one call. A new fault is a new member of this union. */
export const Fault = z.discriminatedUnion('kind', [
  /** An error of MiniMax's own, usually under HTTP 200. */
  z.strictObject({
    kind: z.literal('base_resp'),
    code: z.union([z.int(), z.string()]),
    message: z.string().optional(),
    status: z.int().min(200).max(599).default(200),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  /** Any other HTTP response: a proxy's 502 page, 429 with Retry-After, 200 with HTML. */
  z.strictObject({
    kind: z.literal('http'),
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string().default(''),
  }),
  /** No response (`headers`), or none after half of the body (`body`). The connection stays open. */
  z.strictObject({ kind: z.literal('hang'), at: z.enum(['headers', 'body']) }),
  /** A TCP reset: before the request is read (`request`), after it (`headers`), or after half of the body (`body`). */
  z.strictObject({ kind: z.literal('reset'), at: z.enum(['request', 'headers', 'body']) }),
  /** A normal close of the connection, without a response (`headers`) or after half of the body (`body`). */
  z.strictObject({ kind: z.literal('close'), at: z.enum(['headers', 'body']) }),
  /** The response body, one byte every `intervalMs` milliseconds. */
  z.strictObject({ kind: z.literal('trickle'), intervalMs: z.number().min(1).default(100) }),
  /** Unsolicited interim responses (100, 102, 103), then a success. `inPieces` sends them byte by byte. */
  z.strictObject({
    kind: z.literal('interim'),
    statuses: z.array(z.int().min(100).max(199)).min(1).default([100]),
    inPieces: z.boolean().default(false),
  }),
  /** A success in the format of a relay. */
  z.strictObject({ kind: z.literal('reshaped'), shape: Shape }),
  /** JSON that begins correctly and never ends. */
  z.strictObject({ kind: z.literal('endless') }),
  /** A small gzip body that decompresses to `bytes` spaces. */
  z.strictObject({ kind: z.literal('gzip_bomb'), bytes: z.int().min(1) }),
  /** A complete HTTP response whose JSON is cut in half. */
  z.strictObject({ kind: z.literal('truncated_json') }),
  /** A success with `data: null`. */
  z.strictObject({ kind: z.literal('null_data') }),
  /** A response without base_resp, with or without images. */
  z.strictObject({ kind: z.literal('no_base_resp'), images: z.boolean() }),
  /** A success with fewer images than requested; 0 is an empty list. */
  z.strictObject({ kind: z.literal('fewer_images'), delivered: z.int().min(0).max(9) }),
  /**
   * A success with faulty images. `times` is the number of requests of each link that fail; absent: all. `position` is
   * the index of the one faulty image, from 0; absent: all images.
   */
  z.strictObject({
    kind: z.literal('image'),
    image: ImageFault,
    times: z.int().min(1).optional(),
    position: z.int().min(0).optional(),
  }),
]);
export type Fault = z.output<typeof Fault>;

/** base_resp codes of calls that are refused before any image is generated, and so never billed. */
const REFUSALS = new Set([1002, 1004, 1008, 1026, 1028, 1030, 1039, 1041, 1042, 2013, 2038, 2045, 2049, 2056, 2061]);

/**
 * Whether the provider accepts (and bills) a call that ends in this fault. In doubt true: that is the harder case for a
 * client.
 */
export function isTaken(fault: Fault): boolean {
  switch (fault.kind) {
    case 'base_resp':
      return !REFUSALS.has(Number(fault.code));
    case 'http':
      return fault.status < 400 || fault.status >= 500;
    case 'reset':
      return fault.at !== 'request';
    default:
      return true;
  }
}

/** Number of images in the response to a request for `requested` images; 0 if the fault leaves no room for images. */
export function deliveredImages(fault: Fault | undefined, requested: number): number {
  switch (fault?.kind) {
    case 'base_resp':
    case 'http':
      return 0;
    case 'fewer_images':
      return Math.min(fault.delivered, requested);
    case 'endless':
    case 'gzip_bomb':
      return 0;
    case 'hang':
    case 'reset':
    case 'close':
      return fault.at === 'body' ? requested : 0;
    default:
      return requested;
  }
}
