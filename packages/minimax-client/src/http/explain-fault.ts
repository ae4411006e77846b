import { FetchError } from 'ofetch';
import { MiniMaxError } from '../errors.ts';
import { BodyTooLargeError } from './read-body.ts';

/** What ended a call without a complete response: the caller's signal, the deadline, or a failure. */
export type ExchangeEnd = 'aborted' | 'timeout' | 'fault';

/** The bytes of a reference could not be read to their stated end. The request was not sent to its end. */
export class UnreadableReferenceError extends Error {
  override readonly name = 'UnreadableReferenceError';
}

/** How far a call came. */
interface Progress {
  host: string;
  /** Whether the connection was established. If not, nothing was sent. */
  wasConnected: boolean;
  /** Whether the last bytes of the request may have been sent. If not, MiniMax has no complete request. */
  isSent: boolean;
}

/** Converts a failure into a MiniMaxError. A request that was not sent to its end proves `taken: 'no'`. */
export function explainFault(fault: unknown, end: ExchangeEnd, { host, wasConnected, isSent }: Progress): MiniMaxError {
  const cause = rootOf(fault);
  const seen = { taken: wasConnected && isSent ? 'unknown' : 'no', cause, host } as const;
  if (end === 'aborted') return new MiniMaxError({ kind: 'aborted', ...seen, reason: 'aborted by the caller' });
  if (!wasConnected) {
    const reason = `no connection (${end === 'timeout' ? 'timeout' : codeOf(cause)})`;
    return new MiniMaxError({ kind: 'unreachable', ...seen, reason });
  }
  if (end === 'timeout') return new MiniMaxError({ kind: 'timeout', ...seen, reason: 'timeout' });
  if (cause instanceof UnreadableReferenceError) {
    const reason = `a reference cannot be read: ${cause.message}`;
    return new MiniMaxError({ kind: 'unreadable_reference', ...seen, reason });
  }
  if (cause instanceof BodyTooLargeError) {
    return new MiniMaxError({ kind: 'bad_answer', ...seen, reason: 'the answer is too large' });
  }
  return new MiniMaxError({ kind: 'connection_lost', ...seen, reason: `connection lost (${codeOf(cause)})` });
}

/**
 * The innermost cause. ofetch and fetch wrap it; ofetch's error is dropped, since its message has the URL and its
 * options have the key.
 */
function rootOf(fault: unknown): unknown {
  const isWrapper = fault instanceof FetchError || fault instanceof TypeError;
  return isWrapper && fault.cause !== undefined ? rootOf(fault.cause) : fault;
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}
