import * as z from 'zod';
import { ImageFault } from './image-fault.ts';

/** Faults that calls of both families of models can have. */
export const SHARED_FAULTS = [
  /** An error of the older API, usually under HTTP 200. */
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
  /** A body that begins correctly and never ends. */
  z.strictObject({ kind: z.literal('endless') }),
  /** A small gzip body that decompresses to `bytes` spaces. */
  z.strictObject({ kind: z.literal('gzip_bomb'), bytes: z.int().min(1) }),
  /** A complete HTTP response whose body is cut in half. */
  z.strictObject({ kind: z.literal('truncated_json') }),
  /** A success with `data: null`. */
  z.strictObject({ kind: z.literal('null_data') }),
  /** A success with fewer images than requested; 0 is an empty list. */
  z.strictObject({ kind: z.literal('fewer_images'), delivered: z.int().min(0).max(10) }),
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
] as const;
export type SharedFault = z.output<(typeof SHARED_FAULTS)[number]>;
/** Faulty images of one call. */
export type ScriptedImageFault = Extract<SharedFault, { kind: 'image' }>;

/** base_resp codes of calls that are refused before any image is generated, and so never billed. */
const REFUSALS = new Set([1002, 1004, 1008, 1026, 1028, 1030, 1039, 1041, 1042, 2013, 2038, 2045, 2049, 2056, 2061]);

/** Statuses of something in front of MiniMax, such as a captive portal. So are redirects. */
const NOT_THE_ENDPOINT = new Set([501, 511]);

/**
 * Whether the provider accepts (and bills) a call that ends in this fault. In doubt true: that is the harder case for a
 * client.
 */
export function isAccepted(fault: SharedFault): boolean {
  switch (fault.kind) {
    case 'base_resp':
      return !REFUSALS.has(Number(fault.code)) && !fault.message?.includes('disallowed image url');
    case 'http':
      return fault.status < 300 || (fault.status >= 500 && !NOT_THE_ENDPOINT.has(fault.status));
    case 'reset':
      return fault.at !== 'request';
    default:
      return true;
  }
}
