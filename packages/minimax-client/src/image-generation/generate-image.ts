import type { buildConnector } from 'undici';
import type { Clock } from '../clock.ts';
import { createStartDeadline } from '../deadline.ts';
import { MiniMaxError } from '../errors.ts';
import { type Connection, createConnection } from '../http/connection.ts';
import { ACCEPTED_ENCODINGS, decodeBody } from '../http/decode-body.ts';
import { bodyOf, exchange } from '../http/exchange.ts';
import { explainFault } from '../http/explain-fault.ts';
import { readBody } from '../http/read-body.ts';
import { AnswerHead, type AnswerRecorder, headOf, type RecordedAnswer } from '../http/recorded-answer.ts';
import { type GeneratedImages, readAnswer } from './read-answer.ts';
import type { GenerateImageRequest } from './wire.ts';

/** Settings of a call. */
export interface ExchangeSettings {
  apiKey: string;
  /** URL of the endpoint. */
  url: string;
  timeoutMs: number;
  maxResponseBytes: number;
  connect: buildConnector.connector;
  clock: Clock;
}

/** Options of one call. */
export interface GenerateImageOptions {
  /** Ends the call with kind `aborted`. MiniMax has no cancel: a call that was sent may still be billed. */
  signal?: AbortSignal | undefined;
  /** Stores the response while it arrives; `MiniMaxClient.readAnswer` reads it later. */
  recorder?: AnswerRecorder | undefined;
}

/**
 * Sends one request and reads its response. Never retries. Rejects with a MiniMaxError, whose `taken` says whether
 * MiniMax may have billed the call.
 */
export async function generateImage(
  settings: ExchangeSettings,
  request: GenerateImageRequest,
  { signal, recorder }: GenerateImageOptions,
): Promise<GeneratedImages> {
  const connection = createConnection(settings.connect);
  const deadline = new AbortController();
  const callOff = createStartDeadline(settings.clock)(settings.timeoutMs, () => deadline.abort());
  const ends = signal ? [signal, deadline.signal] : [deadline.signal];
  try {
    const answer = await send(settings, request, connection, AbortSignal.any(ends), recorder);
    callOff(); // the response is complete: the deadline does not bound its decoding
    return await readRecordedAnswer(answer, settings.maxResponseBytes);
  } catch (error) {
    if (MiniMaxError.isInstance(error)) throw error;
    const end = signal?.aborted ? 'aborted' : deadline.signal.aborted ? 'timeout' : 'fault';
    throw explainFault(error, end, {
      host: new URL(settings.url).host,
      wasConnected: connection.wasConnected(),
      isSent: true,
    });
  } finally {
    callOff();
    connection.close();
  }
}

async function send(
  settings: ExchangeSettings,
  request: GenerateImageRequest,
  connection: Connection,
  signal: AbortSignal,
  recorder: AnswerRecorder | undefined,
): Promise<{ head: AnswerHead; body: Uint8Array }> {
  const response = await exchange(connection, settings.url, {
    headers: {
      authorization: `Bearer ${settings.apiKey}`,
      'content-type': 'application/json',
      accept: 'application/json',
      'accept-encoding': ACCEPTED_ENCODINGS,
    },
    body: bodyOf(JSON.stringify(request)),
    signal,
  });
  const head = headOf(settings.url, response, settings.clock.now());
  await recorder?.begin(head);
  const body = await readBody(response.body, settings.maxResponseBytes, async (chunk) => recorder?.write(chunk));
  await recorder?.end();
  return { head, body };
}

/**
 * Reads a response that this process or an earlier one recorded. Rejects as `generateImage` does. `maxBytes` bounds the
 * decoded body.
 */
export async function readRecordedAnswer(recorded: RecordedAnswer, maxBytes: number): Promise<GeneratedImages> {
  const head = AnswerHead.parse(recorded.head);
  const body = await decodeBody(recorded.body, head.contentEncoding, maxBytes).catch((fault: unknown) =>
    Promise.reject(explainFault(fault, 'fault', { host: head.host, wasConnected: true, isSent: true })),
  );
  return readAnswer({ ...head, body });
}
