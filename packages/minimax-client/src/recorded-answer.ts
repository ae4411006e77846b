import * as z from 'zod';

/** What an answer says before its body. */
export const AnswerHead = z.object({
  /** Whose it is. Failures name it: the usual reason for 2049 is a key that belongs to another region's host. */
  host: z.string(),
  /** Of the endpoint's URL, as `https:`; links without one of their own have the same. */
  protocol: z.string(),
  httpStatus: z.int(),
  contentEncoding: z.string().nullable(),
  /** Header `Trace-Id`. */
  traceId: z.string().optional(),
  /** From header Retry-After. */
  retryAfterMs: z.number().optional(),
});
export type AnswerHead = z.output<typeof AnswerHead>;

/**
 * Keeps an answer while it arrives, so that it outlives the process: `begin`, any number of `write`, and `end` once it is
 * whole and before it is read. Must not reject: the exchange would be lost with it.
 */
export interface AnswerRecorder {
  begin(head: AnswerHead): Promise<void>;
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** An answer as it arrived. */
export interface RecordedAnswer {
  /** An AnswerHead, as it came back from wherever it was kept. */
  head: unknown;
  body: Uint8Array;
}
