import { createFetch } from 'ofetch';
import { type buildConnector, fetch, Headers } from 'undici';
import type { Clock } from './clock.ts';
import { type Connection, createConnection } from './connection.ts';
import { MiniMaxError } from './errors.ts';
import { explainFault } from './explain-fault.ts';
import { type GeneratedImages, type ReceivedAnswer, readAnswer } from './read-answer.ts';
import { readBody } from './read-body.ts';
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

// Node's own fetch refuses an Agent of the undici package, so undici's fetch comes with it. The two differ in their types
// and are alike in all that is used here.
const { raw: exchange } = createFetch({
  fetch: fetch as unknown as typeof globalThis.fetch,
  Headers: Headers as unknown as typeof globalThis.Headers,
});

/**
 * One request, one exchange, one result: nothing is ever repeated. Rejects with a MiniMaxError, whose `taken` says whether
 * MiniMax may have billed the call.
 */
export async function generateImage(
  settings: ExchangeSettings,
  request: GenerateImageRequest,
  signal?: AbortSignal,
): Promise<GeneratedImages> {
  const connection = createConnection(settings.connect);
  const deadline = new AbortController();
  const callOff = settings.clock.after(settings.timeoutMs, () => deadline.abort());
  const ends = signal ? [signal, deadline.signal] : [deadline.signal];
  try {
    return readAnswer(await send(settings, request, connection, AbortSignal.any(ends)));
  } catch (error) {
    if (MiniMaxError.isInstance(error)) throw error;
    const end = signal?.aborted ? 'aborted' : deadline.signal.aborted ? 'timeout' : 'fault';
    throw explainFault(error, end, connection.hasStood());
  } finally {
    callOff();
    await connection.close();
  }
}

async function send(
  settings: ExchangeSettings,
  request: GenerateImageRequest,
  connection: Connection,
  signal: AbortSignal,
): Promise<ReceivedAnswer> {
  const response = await exchange(settings.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${settings.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
    dispatcher: connection.dispatcher,
    signal,
    redirect: 'manual',
    responseType: 'stream',
    // A repeat may be billed, and every answer is judged by its base_resp first.
    retry: 0,
    ignoreResponseError: true,
  });
  return {
    host: new URL(settings.url).host,
    httpStatus: response.status,
    body: await readBody(response.body, settings.maxResponseBytes),
    traceId: response.headers.get('trace-id') ?? undefined,
    retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), settings.clock.now()),
  };
}
