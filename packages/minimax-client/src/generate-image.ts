import type { buildConnector } from 'undici';
import type { Clock } from './clock.ts';
import { type Connection, createConnection } from './connection.ts';
import { createStartDeadline } from './deadline.ts';
import { ACCEPTED_ENCODINGS, decodeBody } from './decode-body.ts';
import { MiniMaxError } from './errors.ts';
import { exchange } from './exchange.ts';
import { explainFault } from './explain-fault.ts';
import { type GeneratedImages, readAnswer } from './read-answer.ts';
import { readBody } from './read-body.ts';
import { AnswerHead, type AnswerRecorder, type RecordedAnswer } from './recorded-answer.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { GenerateImageRequest } from './wire.ts';

/** With what, and within which bounds, an exchange is made. */
export interface ExchangeSettings {
  apiKey: string;
  /** The endpoint. */
  url: string;
  timeoutMs: number;
  maxResponseBytes: number;
  connect: buildConnector.connector;
  clock: Clock;
}

/** What one exchange may be given. */
export interface GenerateImageOptions {
  /** Ends the exchange with kind `aborted`. MiniMax has no cancel: a call that was sent may still be billed. */
  signal?: AbortSignal | undefined;
  /** Keeps the answer while it arrives; `readRecordedAnswer` reads what it kept. */
  recorder?: AnswerRecorder | undefined;
}

/**
 * One request, one exchange, one result: nothing is ever repeated. Rejects with a MiniMaxError, whose `taken` says whether
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
    callOff(); // it is here: nothing that is still done with it can be late
    return await readRecordedAnswer(answer, settings.maxResponseBytes);
  } catch (error) {
    if (MiniMaxError.isInstance(error)) throw error;
    const end = signal?.aborted ? 'aborted' : deadline.signal.aborted ? 'timeout' : 'fault';
    throw explainFault(error, end, connection.hasStood(), new URL(settings.url).host);
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
  const { host, protocol } = new URL(settings.url);
  const response = await exchange(connection, settings.url, {
    headers: {
      authorization: `Bearer ${settings.apiKey}`,
      'content-type': 'application/json',
      accept: 'application/json',
      'accept-encoding': ACCEPTED_ENCODINGS,
    },
    body: JSON.stringify(request),
    signal,
  });
  const head = {
    host,
    protocol,
    httpStatus: response.status,
    contentEncoding: response.headers.get('content-encoding'),
    traceId: response.headers.get('trace-id') ?? undefined,
    retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), settings.clock.now()),
  };
  await recorder?.begin(head);
  const body = await readBody(response.body, settings.maxResponseBytes, async (chunk) => recorder?.write(chunk));
  await recorder?.end();
  return { head, body };
}

/** Reads an answer that was recorded, by this process or by one that is no more. Rejects as `generateImage` does. */
export async function readRecordedAnswer(recorded: RecordedAnswer, maxBytes: number): Promise<GeneratedImages> {
  const head = AnswerHead.parse(recorded.head);
  const body = await decodeBody(recorded.body, head.contentEncoding, maxBytes).catch((fault: unknown) =>
    Promise.reject(explainFault(fault, 'fault', true, head.host)),
  );
  return readAnswer({ ...head, body });
}
