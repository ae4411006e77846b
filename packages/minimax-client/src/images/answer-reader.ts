import type { MiniMaxError } from '../errors.ts';
import { decodeBody } from '../http/decode-body.ts';
import { BodyTooLargeError } from '../http/read-body.ts';
import type { AnswerHead } from '../http/recorded-answer.ts';
import { createAnswerState, type ImagesResult } from './answer-state.ts';
import { createEventStreamParser, type EventStreamParser, type StreamEvent } from './event-stream.ts';
import type { ReceivedImage } from './image-places.ts';
import { readBody } from './read-body.ts';
import { parseJson, readEvent } from './read-event.ts';

/** Bounds of one answer. */
export interface AnswerBounds {
  /** Of the whole answer, before and after decompression. */
  maxBytes: number;
  /** UTF-16 units of one event. A longer one is dropped. */
  maxEventLength: number;
}

/** Most events of an answer; 12 are expected for 10 images. */
const EVENTS_MAX = 1_000;
/** Longest field name of a stream with its colon: as many characters tell a stream from JSON. */
const TELLING_LENGTH = 'event:'.length;

/** Reads the body of one answer chunk by chunk: a stream of events, or JSON, whichever it turns out to be. */
export interface AnswerReader {
  /**
   * Yields the images that this chunk completes. An event is read when the one before has been taken. Throws a
   * BodyTooLargeError.
   */
  push(chunk: Uint8Array): Iterable<ReceivedImage>;
  /** The images that the end of the body completes: all, unless it is a stream. Rejects with a BodyTooLargeError. */
  end(): Promise<Iterable<ReceivedImage>>;
  /** Whether the answer has said that it is complete, or that it failed. */
  hasEnded(): boolean;
  /** Whether nothing more is expected: it has ended, and no image is missing. */
  isComplete(): boolean;
  /** See `AnswerState.finish`. `fault` is what ended the reading early. */
  finish(fault: MiniMaxError | null): ImagesResult;
}

/** Creates a reader of the answer to a request for `n` images. The body decides its form, then the Content-Type. */
export function createAnswerReader(head: AnswerHead, n: number, bounds: AnswerBounds): AnswerReader {
  const state = createAnswerState(head, n);
  const isEncoded = !/^(identity)?$/i.test(head.contentEncoding?.trim() ?? '');
  let held: Uint8Array[] = [];
  let bytes = 0;
  let events = 0;
  let parser: EventStreamParser | null = null;
  let form: Form = isEncoded ? 'body' : 'unknown';
  let isJson = false;

  function* read(received: StreamEvent[]): Generator<ReceivedImage> {
    for (const event of received) {
      if (++events > EVENTS_MAX) throw new BodyTooLargeError(`${EVENTS_MAX} events`);
      const parts = readEvent(event, head.protocol);
      if (!parts) state.addUnreadable();
      for (const part of parts ?? []) yield* state.add(part);
    }
  }

  /** Holds a chunk until the form of the body is known, and all of a body that is not a stream. */
  function hold(chunk: Uint8Array): void {
    held.push(chunk);
    if (form !== 'unknown') return;
    const beginning = release();
    const text = beginning.toString().trimStart();
    if (text !== '') held.push(beginning);
    if (text.length >= TELLING_LENGTH) form = formOf(text, head.contentType);
  }

  function beginStream(): EventStreamParser {
    form = 'stream';
    parser = createEventStreamParser(bounds.maxEventLength);
    return parser;
  }

  function release(): Buffer {
    const all = Buffer.concat(held);
    held = [];
    return all;
  }

  return {
    *push(chunk) {
      bytes += chunk.length;
      if (parser) yield* read(parser.push(chunk));
      else hold(chunk);
      if (form === 'stream' && !parser) yield* read(beginStream().push(release()));
      if (bytes > bounds.maxBytes) throw new BodyTooLargeError(`${bounds.maxBytes} bytes`);
    },
    async end() {
      if (parser) return read(parser.end());
      if (bytes > bounds.maxBytes) return []; // it is cut
      const text = await decodeBody(release(), head.contentEncoding, bounds.maxBytes);
      const json = parseJson(text);
      isJson = json !== undefined;
      if (isJson) return state.add(readBody(json, head.protocol));
      if (formOf(text.trimStart(), head.contentType) !== 'stream') return [];
      const whole = beginStream();
      return read([...whole.push(Buffer.from(text)), ...whole.end()]);
    },
    hasEnded: state.hasEnded,
    isComplete: () => state.hasEnded() && state.isFull(),
    finish(fault) {
      if (form === 'stream') return state.finish(fault, NO_END);
      return state.finish(fault, isJson ? NOTHING : UNREADABLE);
    },
  };
}

type Form = 'unknown' | 'stream' | 'body';

/** `text` begins with the first significant character (a byte-order mark is none). JSON wins over the Content-Type. */
function formOf(text: string, contentType: string | null | undefined): Form {
  if (/^[[{"]/.test(text)) return 'body';
  return /event-stream/i.test(contentType ?? '') || /^(event|data|id|retry)?:/.test(text) ? 'stream' : 'body';
}

const NO_END = { kind: 'connection_lost', taken: 'unknown', reason: 'the stream ended before its last event' } as const;
const NOTHING = { kind: 'error', taken: 'unknown', reason: 'neither images nor an error' } as const;
const UNREADABLE = { kind: 'bad_answer', taken: 'unknown', reason: 'the answer cannot be read' } as const;
