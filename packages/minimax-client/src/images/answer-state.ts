import type { MiniMaxError } from '../errors.ts';
import type { AnswerHead } from '../http/recorded-answer.ts';
import { BLOCKED_CODES } from '../status-codes.ts';
import type { AnswerEntry } from './answer-entries.ts';
import { createAnswerErrors, type Reason } from './answer-errors.ts';
import type { ImagesUsage } from './answer-fields.ts';
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
  finish(fault: MiniMaxError | null, missing: Reason): ImagesResult;
}

/** Creates the state of an answer to a request for `n` images. */
export function createAnswerState(head: AnswerHead, n: number): AnswerState {
  const places = createImagePlaces(n);
  const failures: ImageFailure[] = [];
  const errors = createAnswerErrors(head, () => requestId);
  let usage: ImagesUsage | null = null;
  let requestId: string | null = null;
  let ownError: MiniMaxError | null = null;
  let isCompleted = false;
  let unreadable = 0;

  function addEntry({ image, error, ...wanted }: AnswerEntry): ReceivedImage[] {
    const failed = error && errors.ofImage(error);
    // An image beside an error counts, since it was paid for, but not one that the content review blocked.
    if (failed && (!image || failed.kind === 'content_output')) {
      const isKnown = wanted.index !== null && failures.some(({ index }) => index === wanted.index);
      if (!isKnown && failures.length < n) failures.push({ index: wanted.index, error: failed });
      return [];
    }
    const placed = image && places.place(image, wanted);
    return placed ? [placed] : [];
  }

  function isFull(): boolean {
    const others = failures.filter(({ index }) => index === null || !places.has(index));
    return places.count() + others.length >= n;
  }

  /** Why images may be missing; null if the answer is complete. */
  function incompleteness(fault: MiniMaxError | null, missing: Reason): MiniMaxError | null {
    const stated = ownError ?? errors.ofStatus();
    if (stated) return stated;
    if (!isCompleted) return fault ?? errors.of(missing);
    if (unreadable === 0) return null;
    return errors.of({ kind: 'bad_answer', taken: 'unknown', reason: `${unreadable} events cannot be read` });
  }

  return {
    add({ fields, entries, error, isCompleted: isLast, isEvent }) {
      usage = fields.usage ?? usage;
      requestId = fields.request_id ?? requestId ?? fields.id ?? null;
      const { base_resp: baseResp } = fields;
      if (baseResp && baseResp.status_code !== 0) ownError ??= errors.ofBaseResp(baseResp, isEvent);
      else if (error) ownError ??= errors.ofReport(error, isEvent);
      if (isLast) isCompleted = true;
      return BLOCKED_CODES.has(baseResp?.status_code ?? 0) ? [] : entries.flatMap(addEntry);
    },
    addUnreadable: () => unreadable++,
    hasEnded: () => isCompleted || ownError !== null,
    isFull,
    finish(fault, missing) {
      const images = places.images();
      const error = isFull() ? null : incompleteness(fault, missing);
      if (images.length === 0 && error) throw error;
      const [failed] = failures;
      if (images.length === 0 && failed) throw failed.error;
      return { images, failures, usage, requestId, traceId: head.traceId ?? null, error };
    },
  };
}
