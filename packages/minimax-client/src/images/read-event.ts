import { type AnswerEntry, listOf, readEntry } from './answer-entries.ts';
import { AnswerFields, ErrorField, type ReportedError } from './answer-fields.ts';
import type { StreamEvent } from './event-stream.ts';

/** What one event, or a whole body, says. */
export interface AnswerPart {
  fields: AnswerFields;
  /** Images, and errors in the place of images. */
  entries: AnswerEntry[];
  /** The error that ends the answer. */
  error: ReportedError | null;
  /** Whether the answer ends here without such an error. */
  isCompleted: boolean;
  /** Whether it is part of a stream: generation has started, whatever it says. */
  isEvent: boolean;
}

/** The end of OpenAI's streams. MiniMax's documents do not mention it. */
const DONE = '[DONE]';

/** Reads the parts of an event; usually one. Null if it cannot be read and may have been an image. */
export function readEvent(event: StreamEvent, protocol: string): AnswerPart[] | null {
  if (event.kind === 'oversized') return null;
  const { name, data } = event;
  const jsons = parseLines(data) ?? (ERRORS.has(lastWordOf(name)) ? [data] : null);
  return jsons?.map((json) => readPart(json, name, protocol)) ?? null;
}

/** A relay may leave out the blank lines between events. Null if a line is not JSON. */
function parseLines(data: string): unknown[] | null {
  const whole = parseJson(data);
  if (whole !== undefined) return [whole];
  const lines = data.split('\n').map(parseJson);
  return lines.includes(undefined) ? null : lines;
}

/** Undefined if the text is not JSON. The end of OpenAI's streams counts as an event of type `done`. */
export function parseJson(text: string): unknown {
  if (text.trim() === DONE) return { type: 'done' };
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads the JSON of an event. Only the last word of a type counts: `image_generation.completed`,
 * `image_edit.completed` and `completed` are the same.
 */
function readPart(json: unknown, name: string, protocol: string): AnswerPart {
  const fields = AnswerFields.parse(json);
  const words = [lastWordOf(fields.type ?? ''), lastWordOf(name)];
  const word = words[0] || lastWordOf(name);
  const entry = readEntry(json, protocol);
  const listed = (listOf(json) ?? []).map((item) => readEntry(item, protocol));
  const isOfOneImage = word === 'failed' && entry.index !== null;
  const isError = (words.some((each) => ERRORS.has(each)) && !isOfOneImage) || (word === '' && hasError(fields));
  return {
    fields,
    entries: [...(isError ? [] : [entry]), ...listed].flatMap((each) => counted(each, isError ? 'error' : word)),
    error: isError ? (fields.error ?? ErrorField.parse(json) ?? NO_DETAILS) : null,
    isCompleted: !isError && words.some((each) => COMPLETIONS.has(each)),
    isEvent: true,
  };
}

function lastWordOf(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1).toLowerCase();
}

const IMAGES = new Set(['partial_succeeded', 'succeeded', '']);
const COMPLETIONS = new Set(['completed', 'done']);
const ERRORS = new Set(['error', 'failed']);
/** Of one image. Not seen; named after `partial_succeeded`. */
const FAILURES = new Set(['partial_failed', 'failed']);
const NO_DETAILS: ReportedError = {
  statusCode: undefined,
  code: undefined,
  type: undefined,
  message: '',
  httpStatus: undefined,
};

/**
 * The entry of an event, if it is an image or a failure. An event of unknown type counts if it has both an image and an
 * index: an image that was paid for may have a new name. `partial_image` is a preview in OpenAI's streams.
 */
function counted(entry: AnswerEntry, word: string): AnswerEntry[] {
  if (word === 'partial_image') return [];
  if (FAILURES.has(word)) return [{ ...entry, image: null, error: entry.error ?? NO_DETAILS }];
  const isKnown = IMAGES.has(word) || COMPLETIONS.has(word) || ERRORS.has(word);
  if (entry.image && (isKnown || entry.index !== null)) return [entry];
  return entry.error && entry.index !== null ? [entry] : [];
}

function hasError({ error, base_resp }: AnswerFields): boolean {
  return Boolean(error) || (base_resp?.status_code ?? 0) !== 0;
}
