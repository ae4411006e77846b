import * as z from 'zod';
import { GenerationRequest } from './generation-request.ts';

/** One call as the provider saw it. */
export const Call = z.object({
  /** Null when the request was not read or was no valid request. */
  prompt: z.string().nullable(),
  /** Milliseconds since the epoch, when its headers arrived. */
  at: z.number(),
  /** Whether the provider took it, and would bill it. */
  accepted: z.boolean(),
  request: GenerationRequest.nullable(),
  /** How it was answered: `images`, a fault's kind, `unauthorized`, `rate_limited` or `invalid`; null before that. */
  answer: z.string().nullable(),
});
export type Call = z.output<typeof Call>;

/** References are megabytes: only the latest calls keep theirs. */
const CALLS_WITH_REFERENCE = 20;

export interface CallLog {
  /** Notes a call that begins, and counts it as open until the returned function is called. */
  open(): { call: Call; close: () => void };
  calls(): Call[];
  openCalls(): number;
  maxConcurrent(): number;
  clear(): void;
}

export function createCallLog(now: () => number): CallLog {
  let calls: Call[] = [];
  const open = new Set<Call>();
  let maxConcurrent = 0;

  return {
    open() {
      const call: Call = { prompt: null, at: now(), accepted: false, request: null, answer: null };
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
