import type { Size } from '../draw.ts';
import { BLOCKED, errorMember, eventErrorMember, type H3Error } from './errors.ts';
import type { Outcome } from './make-images.ts';
import type { H3Endpoint } from './request.ts';
import type { Usage } from './usage.ts';
import type { H3Wire } from './wire.ts';

/** What bodies and events are made of. */
export interface AnswerContext {
  requestId: string;
  endpoint: H3Endpoint;
  model: string;
  /** Pixels of each image. */
  size: Size;
  wire: H3Wire;
  /** Seconds since the epoch. */
  nowS: () => number;
  /** Usage of that many finished images. */
  usageOf: (images: number) => Usage;
}

/** An event of a stream, before it is written as text. */
export interface H3Event extends Record<string, unknown> {
  type: string;
}

/** The body of a success that is not a stream. */
export function imagesBody(context: AnswerContext, outcomes: Outcome[]): Record<string, unknown> {
  const { wire, nowS } = context;
  const sorted = outcomes.toSorted((a, b) => a.index - b.index);
  const failed = (outcome: Outcome) => outcome.kind === 'blocked';
  const shown = {
    in_place: sorted,
    at_end: [...sorted.filter((outcome) => !failed(outcome)), ...sorted.filter(failed)],
    omitted: sorted.filter((outcome) => !failed(outcome)),
  }[wire.failedEntries];
  return {
    [wire.timeKey === 'openai' ? 'created' : wire.timeKey]: nowS(),
    data: shown.map((outcome) => entry(outcome, wire)),
    ...summary(context, outcomes),
  };
}

function entry(outcome: Outcome, wire: H3Wire): Record<string, unknown> {
  switch (outcome.kind) {
    case 'url':
      return { url: outcome.url };
    case 'b64_json':
      return { b64_json: outcome.base64 };
    case 'blocked': {
      const index = wire.failedEntries === 'at_end' ? { image_index: outcome.index } : {};
      return { ...index, error: errorMember(BLOCKED, wire) };
    }
  }
}

/** The event of one image; undefined if the wire has none for it. */
export function outcomeEvent(context: AnswerContext, outcome: Outcome): H3Event | undefined {
  const { wire, endpoint, model, size } = context;
  const index = wire.imageIndex ? { image_index: outcome.index } : {};
  if (outcome.kind === 'url') {
    return {
      type: `${prefix(endpoint)}.partial_succeeded`,
      ...eventTime(context),
      model,
      ...index,
      [wire.urlKey]: outcome.url,
      size: `${size.width}x${size.height}`,
    };
  }
  if (wire.failedEvents === 'omitted') return undefined;
  const type = `${prefix(endpoint)}.partial_failed`;
  return { type, ...eventTime(context), model, ...index, error: eventErrorMember(BLOCKED, wire) };
}

/** The last event of a success. */
export function completedEvent(context: AnswerContext, outcomes: Outcome[]): H3Event {
  const { wire, endpoint, model } = context;
  const type = wire.completedType === 'bare' ? 'completed' : `${prefix(endpoint)}.completed`;
  return { type, ...eventTime(context), model, ...summary(context, outcomes) };
}

/** The last event of a failure. */
export function errorEvent(context: AnswerContext, error: H3Error, outcomes: Outcome[]): H3Event {
  const { wire, endpoint } = context;
  const type = wire.errorType === 'bare' ? 'error' : `${prefix(endpoint)}.error`;
  return { type, ...eventTime(context), error: eventErrorMember(error, wire), ...summary(context, outcomes) };
}

function prefix(endpoint: H3Endpoint): string {
  return endpoint === '/v1/images/edits' ? 'image_edit' : 'image_generation';
}

function eventTime({ wire, nowS }: AnswerContext): Record<string, number> {
  return { [wire.timeKey === 'openai' ? 'created_at' : wire.timeKey]: nowS() };
}

function summary({ wire, usageOf, requestId }: AnswerContext, outcomes: Outcome[]): Record<string, unknown> {
  const images = outcomes.filter((outcome) => outcome.kind !== 'blocked').length;
  return { ...(wire.usage && { usage: usageOf(images) }), request_id: requestId };
}
