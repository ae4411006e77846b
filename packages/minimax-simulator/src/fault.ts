import * as z from 'zod';

/** What happens when a picture's link is opened; the last five also reach pictures that are sent as base64. */
export const PictureFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('status'), status: z.int().min(400).max(599) }),
  z.strictObject({ kind: z.literal('redirect'), location: z.string() }),
  /** The request is read and never answered. */
  z.strictObject({ kind: z.literal('hang') }),
  /** One byte at a time, for ever slow. */
  z.strictObject({ kind: z.literal('trickle'), intervalMs: z.number().min(1).default(100) }),
  /** Half of the bytes, then a TCP reset. */
  z.strictObject({ kind: z.literal('reset') }),
  /** Half of the bytes that Content-Length promised, then an orderly end. */
  z.strictObject({ kind: z.literal('cut_short') }),
  z.strictObject({ kind: z.literal('html') }),
  z.strictObject({ kind: z.literal('one_byte') }),
  /** Begins and ends as a JPEG of the right length, with noise between. */
  z.strictObject({ kind: z.literal('corrupt_jpeg') }),
  /** A small PNG that claims 900 million pixels. */
  z.strictObject({ kind: z.literal('bomb') }),
  /** A good JPEG with zeros behind its end, up to so many bytes. */
  z.strictObject({ kind: z.literal('padded'), bytes: z.int().min(1) }),
]);
export type PictureFault = z.output<typeof PictureFault>;

/**
 * Where relays put pictures that MiniMax has in `data.image_urls` or `data.image_base64`: in the other list, as data URLs, as
 * OpenAI does, or in both lists.
 */
export const Shape = z.enum(['swapped_lists', 'data_urls', 'openai', 'both_lists']);
export type Shape = z.output<typeof Shape>;

/** Everything that can go otherwise than well with one call. A new fault is one more member here. */
export const Fault = z.discriminatedUnion('kind', [
  /** MiniMax's own way to fail: usually under HTTP 200. */
  z.strictObject({
    kind: z.literal('base_resp'),
    code: z.union([z.int(), z.string()]),
    message: z.string().optional(),
    status: z.int().min(200).max(599).default(200),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  /** Any other HTTP answer: a proxy's 502 page, 429 with Retry-After, 200 with HTML. */
  z.strictObject({
    kind: z.literal('http'),
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string().default(''),
  }),
  /** Never answered (`headers`), or stuck after half of the answer (`body`). */
  z.strictObject({ kind: z.literal('hang'), at: z.enum(['headers', 'body']) }),
  /** A TCP reset: before the request is read, after it, or after half of the answer. */
  z.strictObject({ kind: z.literal('reset'), at: z.enum(['request', 'headers', 'body']) }),
  /** The connection is closed in order, without an answer (`headers`) or after half of it (`body`). */
  z.strictObject({ kind: z.literal('close'), at: z.enum(['headers', 'body']) }),
  /** The answer, one byte at a time. */
  z.strictObject({ kind: z.literal('trickle'), intervalMs: z.number().min(1).default(100) }),
  /** Interim answers that nobody asked for (100, 102, 103), then the good one; `inPieces` sends them a byte at a time. */
  z.strictObject({
    kind: z.literal('interim'),
    statuses: z.array(z.int().min(100).max(199)).min(1).default([100]),
    inPieces: z.boolean().default(false),
  }),
  /** The good answer with other fields in place of its own: how a relay spells it. */
  z.strictObject({ kind: z.literal('reshaped'), shape: Shape }),
  /** JSON that begins well and never ends. */
  z.strictObject({ kind: z.literal('endless') }),
  /** A small gzip body of so many bytes, all of them blanks. */
  z.strictObject({ kind: z.literal('gzip_bomb'), bytes: z.int().min(1) }),
  /** An orderly answer whose JSON stops half-way. */
  z.strictObject({ kind: z.literal('truncated_json') }),
  /** Success, and `data: null`. */
  z.strictObject({ kind: z.literal('null_data') }),
  /** No base_resp at all, with the pictures or without. */
  z.strictObject({ kind: z.literal('no_base_resp'), images: z.boolean() }),
  /** Success with fewer pictures than ordered; 0 is an empty list. */
  z.strictObject({ kind: z.literal('fewer_images'), delivered: z.int().min(0).max(9) }),
  /**
   * Success, and links that do not keep what they promise. `times` counts the openings of each link; none = always.
   * `position` is the one picture of the order that is meant, from 0; none = all.
   */
  z.strictObject({
    kind: z.literal('picture'),
    picture: PictureFault,
    times: z.int().min(1).optional(),
    position: z.int().min(0).optional(),
  }),
]);
export type Fault = z.output<typeof Fault>;

/** base_resp codes that say the call was refused before anything was drawn, and so never billed. */
const REFUSALS = new Set([1002, 1004, 1008, 1026, 1028, 1030, 1039, 1041, 1042, 2013, 2038, 2045, 2049, 2056, 2061]);

/** Whether the provider takes (and bills) a call that ends in this fault. In doubt it does: that is the harder case. */
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

/** Pictures that the answer to an order of `ordered` carries; none where there is no answer to carry them. */
export function deliveredImages(fault: Fault | undefined, ordered: number): number {
  switch (fault?.kind) {
    case 'base_resp':
    case 'http':
      return 0;
    case 'fewer_images':
      return Math.min(fault.delivered, ordered);
    case 'endless':
    case 'gzip_bomb':
      return 0;
    case 'hang':
    case 'reset':
    case 'close':
      return fault.at === 'body' ? ordered : 0;
    default:
      return ordered;
  }
}
