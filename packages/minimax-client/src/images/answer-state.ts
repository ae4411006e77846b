import { MiniMaxError, type MiniMaxErrorDetails } from '../errors.ts';
import type { AnswerHead } from '../http/recorded-answer.ts';
import { BLOCKED_CODES, type Failure, failureOfStatusCode } from '../status-codes.ts';
import type { AnswerEntry } from './answer-entries.ts';
import type { AnswerFields, ImagesUsage, ReportedError } from './answer-fields.ts';
import { failureOfError, failureOfImagesStatus } from './error-meaning.ts';
import { createImagePlaces, type ReceivedImage } from './image-places.ts';
import type { AnswerPart } from './read-event.ts';

/** An image that MiniMax did not deliver. */
export interface ImageFailure {
  /** Its number among the requested images; null if MiniMax does not say. */
  index: number | null;
  error: MiniMaxError;
}

/** The result of a call that delivered images, or that MiniMax calls a success. */
export interface ImagesResult {
  /** In order of `index`, at most `n`. May be empty: MiniMax can report success without any image. */
  images: ReceivedImage[];
  /** Images that MiniMax reports as failed or blocked, at most `n`. */
  failures: ImageFailure[];
  /** Null if MiniMax does not say. */
  usage: ImagesUsage | null;
  /** `request_id` of the response; null if it has none. */
  requestId: string | null;
  /** Header `Trace-Id`; null if absent. */
  traceId: string | null;
  /**
   * Why the answer ended before all images arrived: an error of MiniMax's, a lost connection, a time-out, or the
   * caller's signal. Null if it was complete. A call that ends so without any image rejects with it instead.
   */
  error: MiniMaxError | null;
}

/** Collects what the parts of one answer say. */
export interface AnswerState {
  /** Returns the images that are new. */
  add(part: AnswerPart): ReceivedImage[];
  /** Counts an event that could not be read and may have been an image. */
  addUnreadable(): void;
  /** Whether the answer says that it is complete, or that it failed. */
  hasEnded(): boolean;
  /** Whether every requested image has arrived or failed. */
  isFull(): boolean;
  /**
   * The result of the answer. `fault` is what ended the reading before the answer's own end; `missing` describes what
   * an answer without an end, an error or a fault lacks. Throws a MiniMaxError if there is neither an image nor a
   * success.
   */
  finish(fault: MiniMaxError | null, missing: Missing): ImagesResult;
}

type Missing = Failure & { reason: string };

/** Creates the state of an answer to a request for `n` images. */
export function createAnswerState(head: AnswerHead, n: number): AnswerState {
  const places = createImagePlaces(n);
  const failures: ImageFailure[] = [];
  let usage: ImagesUsage | null = null;
  let requestId: string | null = null;
  let ownError: MiniMaxError | null = null;
  let isCompleted = false;
  let unreadable = 0;

  function errorOf(details: Pick<MiniMaxErrorDetails, 'kind' | 'taken' | 'reason'> & Partial<MiniMaxErrorDetails>) {
    const { host, httpStatus, traceId, retryAfterMs } = head;
    return new MiniMaxError({
      host,
      httpStatus,
      traceId,
      retryAfterMs,
      responseId: requestId ?? undefined,
      ...details,
    });
  }

  function reportedError(error: ReportedError, failure: Failure, what: string): MiniMaxError {
    const errorCode = error.code ?? error.type;
    const words = [error.statusCode, errorCode].filter((word) => word !== undefined);
    return errorOf({
      ...failure,
      reason: `${what}${words.length > 0 ? ` (${words.join(', ')})` : ''} from ${head.host}`,
      httpStatus: error.httpStatus ?? head.httpStatus,
      statusCode: error.statusCode,
      errorCode,
      providerMessage: error.message,
    });
  }

  function baseRespError(baseResp: NonNullable<AnswerFields['base_resp']>, isEvent: boolean): MiniMaxError {
    const { status_code: statusCode, status_msg } = baseResp;
    const providerMessage = status_msg ?? '';
    const { kind, taken } = failureOfStatusCode(statusCode, providerMessage);
    const reason = `base_resp ${statusCode} from ${head.host}`;
    return errorOf({ kind, taken: isEvent ? 'unknown' : taken, reason, statusCode, providerMessage });
  }

  function addEntry({ image, error, ...wanted }: AnswerEntry): ReceivedImage[] {
    const failure = error && failureOfError(error, head.httpStatus);
    // An image beside an error counts, since it was paid for, but not one that the content review blocked.
    if (failure && (!image || failure.kind.startsWith('content_'))) {
      const details: Failure = { kind: blockedKind(failure.kind), taken: 'unknown' };
      if (failures.length < n)
        failures.push({ index: wanted.index, error: reportedError(error, details, 'an image failed') });
      return [];
    }
    const placed = image && places.place(image, wanted);
    return placed ? [placed] : [];
  }

  function statusError(): MiniMaxError | null {
    if (head.httpStatus < 300) return null;
    return errorOf({ ...failureOfImagesStatus(head.httpStatus), reason: `HTTP ${head.httpStatus} from ${head.host}` });
  }

  /** Why images may be missing; null if the answer is complete. */
  function incompleteness(fault: MiniMaxError | null, missing: Missing): MiniMaxError | null {
    const stated = ownError ?? statusError();
    if (stated) return stated;
    if (!isCompleted) return fault ?? errorOf(missing);
    if (unreadable === 0) return null;
    return errorOf({ kind: 'bad_answer', taken: 'unknown', reason: `${unreadable} events cannot be read` });
  }

  return {
    add({ fields, entries, error, isCompleted: isLast, isEvent }) {
      usage = fields.usage ?? usage;
      requestId = fields.request_id ?? requestId ?? fields.id ?? null;
      const code = fields.base_resp?.status_code ?? 0;
      if (fields.base_resp && code !== 0) ownError ??= baseRespError(fields.base_resp, isEvent);
      else if (error) {
        const what = `${isEvent ? 'error event' : 'error'} with HTTP ${error.httpStatus ?? head.httpStatus}`;
        ownError ??= reportedError(error, failureOfError(error, head.httpStatus), what);
      }
      if (isLast) isCompleted = true;
      return BLOCKED_CODES.has(code) ? [] : entries.flatMap(addEntry);
    },
    addUnreadable: () => unreadable++,
    hasEnded: () => isCompleted || ownError !== null,
    isFull: () => places.count() + failures.length >= n,
    finish(fault, missing) {
      const images = places.images();
      const isFull = images.length + failures.length >= n;
      const error = isFull ? null : incompleteness(fault, missing);
      if (images.length === 0 && error) throw error;
      const [failed] = failures;
      if (images.length === 0 && failed) throw failed.error;
      return { images, failures, usage, requestId, traceId: head.traceId ?? null, error };
    },
  };
}

/** MiniMax generates before it blocks a single image: what was blocked is the output. */
function blockedKind(kind: Failure['kind']): Failure['kind'] {
  return kind === 'content_input' ? 'content_output' : kind;
}
