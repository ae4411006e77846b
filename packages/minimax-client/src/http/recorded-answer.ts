import * as z from 'zod';
import { parseRetryAfter } from './retry-after.ts';

/** Metadata of a response, known before its body. */
export const AnswerHead = z.object({
  /** Host and port of the endpoint. Errors name it: the usual reason for 2049 is a key of another region. */
  host: z.string(),
  /** Protocol of the endpoint's URL, such as `https:`. Also used for image links without a protocol. */
  protocol: z.string(),
  httpStatus: z.int(),
  /** Header Content-Encoding; null if absent. */
  contentEncoding: z.string().nullable(),
  /** Header Content-Type. Absent in records of image-01, which does not read it. */
  contentType: z.string().nullish(),
  /** Header `Trace-Id`. */
  traceId: z.string().optional(),
  /** Milliseconds, from the header Retry-After. */
  retryAfterMs: z.number().optional(),
});
export type AnswerHead = z.output<typeof AnswerHead>;

/** The head of a response from `url` that arrived at `nowMs` (milliseconds since the epoch). */
export function headOf(url: string, { status, headers }: Response, nowMs: number): AnswerHead {
  const { host, protocol } = new URL(url);
  return {
    host,
    protocol,
    httpStatus: status,
    contentEncoding: headers.get('content-encoding'),
    contentType: headers.get('content-type'),
    traceId: headers.get('trace-id') ?? undefined,
    retryAfterMs: parseRetryAfter(headers.get('retry-after'), nowMs),
  };
}

/**
 * Stores a response while it arrives, so that it survives the process. Calls: `begin`, any number of `write`, and `end`
 * when the response is complete. A response is read after its `end`, a stream of H3 chunk by chunk after each `write`.
 * No method may reject: the call would fail with it.
 */
export interface AnswerRecorder {
  begin(head: AnswerHead): Promise<void>;
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** A response as it arrived. */
export interface RecordedAnswer {
  /** The stored AnswerHead. `readAnswer` validates it and rejects with a ZodError if it is malformed. */
  head: unknown;
  /** Still in its content encoding. */
  body: Uint8Array;
}
