import * as z from 'zod';
import { H3Reference } from './h3/inspect-reference.ts';
import { H3Endpoint, H3Request } from './h3/request.ts';
import { GenerationRequest } from './image-01/generation-request.ts';

/** The path of a call. */
export const Endpoint = z.enum(['/v1/image_generation', ...H3Endpoint.options]);
export type Endpoint = z.output<typeof Endpoint>;

/** An image of a stream whose event was handed to the open connection. A client that has gone may not have read it. */
const SentImage = z.object({
  index: z.int(),
  /** Milliseconds since the epoch. */
  at: z.number(),
});

/** One call as the provider received it. */
export const Call = z.object({
  endpoint: Endpoint,
  /** Null if the request was not read or was not valid. */
  prompt: z.string().nullable(),
  /** Arrival of the headers, in milliseconds since the epoch. */
  at: z.number(),
  /** When its connection was closed, in milliseconds since the epoch; null while it is open. */
  closedAt: z.number().nullable(),
  /** Whether the provider accepted the call, and so would bill it. */
  accepted: z.boolean(),
  /** Null if the request was not read or was not valid. Only the latest 20 calls keep their reference. */
  request: GenerationRequest.nullable(),
  /** The same for a call of H3, without defaults. */
  h3: z.object({ request: H3Request, references: z.array(H3Reference), sent: z.array(SentImage) }).nullable(),
  /** The id by which the provider knows the call; null if its request was not read. */
  id: z.string().nullable(),
  /** Number of images that the provider has charged so far. */
  charged: z.int(),
  /** The answer: `images`, a fault's kind, `unauthorized`, `rate_limited`, `no_balance` or `invalid`; null while the call is open. */
  answer: z.string().nullable(),
});
export type Call = z.output<typeof Call>;

/** Number of latest calls that keep their reference. A reference has megabytes. */
const CALLS_WITH_REFERENCE = 20;

/** Records calls and counts the open ones. */
export interface CallLog {
  /** Records a new call. It counts as open until `close` is called. */
  open(endpoint: Endpoint): { call: Call; close: () => void };
  /** Every call since the start or the last `clear`, oldest first. */
  calls(): Call[];
  openCalls(): number;
  /** The most calls that were open at the same time. */
  maxConcurrent(): number;
  /** Removes all calls. Calls that are still open stay counted as open. */
  clear(): void;
}

/** `now` is in milliseconds since the epoch. */
export function createCallLog(now: () => number): CallLog {
  let calls: Call[] = [];
  const open = new Set<Call>();
  let maxConcurrent = 0;

  return {
    open(endpoint) {
      const call: Call = {
        endpoint,
        prompt: null,
        at: now(),
        closedAt: null,
        accepted: false,
        request: null,
        h3: null,
        id: null,
        charged: 0,
        answer: null,
      };
      calls.push(call);
      open.add(call);
      maxConcurrent = Math.max(maxConcurrent, open.size);
      const old = calls.at(-1 - CALLS_WITH_REFERENCE);
      if (old?.request) delete old.request.subject_reference;
      return { call, close: () => open.delete(call) };
    },
    calls: () => [...calls],
    openCalls: () => open.size,
    maxConcurrent: () => maxConcurrent,
    clear() {
      calls = [];
      maxConcurrent = open.size;
    },
  };
}
