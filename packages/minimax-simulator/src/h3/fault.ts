import * as z from 'zod';
import { isAccepted, SHARED_FAULTS, type SharedFault } from '../shared-fault.ts';

/** A place in a stream: the number of images that have been sent before it. */
const After = z.int().min(0).max(10).default(0);

/** What the event of an image can have wrong. */
const Oddity = z.enum([
  /** The same event twice. */
  'repeated',
  /** The index of the image before it, or 1 for the first. */
  'duplicate_index',
  /** An index of n or more. */
  'index_beyond_n',
  /** Half of its JSON. */
  'malformed_json',
  /** A member of `bytes` characters. */
  'giant',
  /** An event of an unknown type before it. */
  'unknown_type',
  /** No link. */
  'no_url',
]);

/** Faults that only calls of H3 can have. */
export const H3_FAULTS = [
  /** An HTTP error before any image. It charges nothing unless `charged` says so. */
  z.strictObject({
    kind: z.literal('error'),
    status: z.int().min(400).max(599),
    type: z.string().optional(),
    code: z.union([z.string(), z.int()]).optional(),
    message: z.string().optional(),
    retryAfterS: z.int().min(0).optional(),
    /** Number of images that are charged nevertheless. */
    charged: z.int().min(0).max(10).default(0),
  }),
  /** Images that are blocked, by index; absent: all. They are not charged. */
  z.strictObject({ kind: z.literal('blocked'), positions: z.array(z.int().min(0).max(9)).optional() }),
  /** Another link for the image at `position`; absent: for all. */
  z.strictObject({ kind: z.literal('image_url'), url: z.string(), position: z.int().min(0).optional() }),
  /** The order in which the images are finished, by index. */
  z.strictObject({ kind: z.literal('completion_order'), order: z.array(z.int().min(0).max(9)).min(1) }),
  /** A JSON body although a stream was requested. */
  z.strictObject({ kind: z.literal('json_for_stream') }),
  /**
   * An error event after some images. The other images are not made. Without a stream it is an HTTP error of the same
   * status.
   */
  z.strictObject({
    kind: z.literal('stream_error'),
    after: After,
    status: z.int().min(400).max(599).default(500),
    type: z.string().optional(),
    code: z.union([z.string(), z.int()]).optional(),
    message: z.string().optional(),
  }),
  /**
   * A stream that breaks off after some images: a TCP reset, a close in the middle of the body, a proper end without
   * a last event, or silence without keepalives. All images are made and charged. Only streams have it.
   */
  z.strictObject({
    kind: z.literal('stream_cut'),
    after: After,
    how: z.enum(['reset', 'close', 'end', 'silence']),
    /** Whether half of the next event is sent before. */
    inEvent: z.boolean().default(false),
  }),
  /** One odd event: that of the image that is sent after `after` others. Only streams have it. */
  z.strictObject({
    kind: z.literal('odd_event'),
    after: After,
    oddity: Oddity,
    bytes: z.int().min(1).default(1_000_000),
  }),
] as const;
export type H3Fault = SharedFault | z.output<(typeof H3_FAULTS)[number]>;

/** Whether the provider accepts a call that ends in this fault, and so may bill it. */
export function isH3Accepted(fault: H3Fault | undefined): boolean {
  if (fault?.kind === 'error') return fault.status >= 500 || fault.charged > 0;
  return fault === undefined || !isShared(fault) || isAccepted(fault);
}

function isShared(fault: H3Fault): fault is SharedFault {
  return SHARED_FAULTS.some((schema) => schema.shape.kind.value === fault.kind);
}
