import type { buildConnector } from 'undici';
import type { Clock } from '../clock.ts';
import { type Connection, createConnection } from '../http/connection.ts';
import { ACCEPTED_ENCODINGS } from '../http/decode-body.ts';
import { exchange } from '../http/exchange.ts';
import { type ExchangeEnd, explainFault } from '../http/explain-fault.ts';
import { type AnswerRecorder, headOf } from '../http/recorded-answer.ts';
import { createTimeLimit, type TimeLimit } from '../time-limit.ts';
import { type AnswerBounds, type AnswerReader, createAnswerReader } from './answer-reader.ts';
import type { ImagesResult } from './answer-state.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import type { ReceivedImage } from './image-places.ts';
import { createRequestBody } from './request-body.ts';
import type { EditImagesRequest, GenerateImagesRequest } from './wire.ts';

/** How long a stream that lacks images is still read after its last event: they may have been overtaken. */
const AFTER_END_MS = 2_000;

/** Settings of the calls to one endpoint. */
export interface ImagesCallSettings extends AnswerBounds {
  apiKey: string;
  /** URL of the endpoint. */
  url: string;
  timeoutMs: number;
  idleTimeoutMs: number;
  referenceKey: string;
  connect: buildConnector.connector;
  clock: Clock;
}

/** Options of one call. */
export interface ImagesCallOptions {
  /**
   * Ends the call. MiniMax has no cancel: it finishes a call that was sent, and bills its images.
   */
  signal?: AbortSignal | undefined;
  /** Stores the answer while it arrives; `images.readAnswer` reads it later, also if it is cut. */
  recorder?: AnswerRecorder | undefined;
  /**
   * Receives each image once, in order of arrival. The next event is not read before it resolves, and the time-outs
   * stand still. If it rejects, it is not called again, the answer is recorded to its end, and the call rejects with
   * the same reason.
   */
  onImage?: ((image: ReceivedImage) => void | Promise<void>) | undefined;
}

/**
 * Sends one request and reads its answer, a stream or JSON. Never retries. Rejects with a MiniMaxError, or with what
 * `onImage` rejected with.
 */
export async function callImages(
  settings: ImagesCallSettings,
  request: GenerateImagesRequest | EditImagesRequest,
  { signal, recorder, onImage }: ImagesCallOptions,
): Promise<ImagesResult> {
  const connection = createConnection(settings.connect);
  const deadline = new AbortController();
  const limit = createTimeLimit(settings.clock, settings.timeoutMs, () => deadline.abort());
  const ends = AbortSignal.any(signal ? [signal, deadline.signal] : [deadline.signal]);
  let isSent = false;

  const explain = (error: unknown) => {
    const end: ExchangeEnd = signal?.aborted ? 'aborted' : deadline.signal.aborted ? 'timeout' : 'fault';
    const { host } = new URL(settings.url);
    return explainFault(error, end, { host, wasConnected: connection.wasConnected(), isSent });
  };

  try {
    const response = await limit
      .wait(() => send(settings, request, connection, ends, () => (isSent = true)))
      .catch((error: unknown) => Promise.reject(explain(error)));
    isSent = true; // an answer to a part of the request counts as one to the whole
    const head = headOf(settings.url, response, settings.clock.now());
    await recorder?.begin(head);
    const reader = createAnswerReader(head, request.n ?? 1, settings);
    const delivery = createDelivery(onImage);
    const idleMs = request.stream ? settings.idleTimeoutMs : settings.timeoutMs;
    const receiving = { reader, delivery, recorder, limit, idleMs };
    let fault = await receive(response.body, receiving).then(() => null, explain);
    await reader
      .end()
      .then(delivery.deliver)
      .catch((error: unknown) => {
        fault ??= explain(error);
      });
    delivery.throwFault();
    return reader.finish(fault);
  } finally {
    connection.close();
  }
}

async function send(
  { apiKey, url, referenceKey }: ImagesCallSettings,
  request: GenerateImagesRequest | EditImagesRequest,
  connection: Connection,
  signal: AbortSignal,
  onLastBytes: () => void,
): Promise<Response> {
  return exchange(connection, url, {
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      accept: request.stream ? 'text/event-stream, application/json' : 'application/json',
      // An encoded stream would arrive in blocks.
      'accept-encoding': request.stream ? 'identity' : ACCEPTED_ENCODINGS,
    },
    body: createRequestBody(request, referenceKey),
    signal,
    onLastBytes,
  });
}

interface Receiving {
  reader: AnswerReader;
  delivery: Delivery;
  recorder: AnswerRecorder | undefined;
  limit: TimeLimit;
  /** Milliseconds that may pass without a byte. */
  idleMs: number;
}

/** Reads a body until its end, or until its last event if no image is missing. Records each chunk before it is read. */
async function receive(
  body: ReadableStream<Uint8Array> | null,
  { reader, delivery, recorder, limit, idleMs }: Receiving,
): Promise<void> {
  const chunks = body?.values();
  while (chunks && !reader.isComplete()) {
    const limitMs = reader.hasEnded() ? Math.min(AFTER_END_MS, idleMs) : idleMs;
    const next = await limit
      .wait(() => chunks.next(), limitMs)
      .catch((error: unknown) => {
        if (reader.hasEnded()) return { done: true as const, value: undefined };
        throw error;
      });
    if (next.done) break;
    await recorder?.write(next.value);
    await delivery.deliver(reader.push(next.value));
  }
  await recorder?.end();
}
