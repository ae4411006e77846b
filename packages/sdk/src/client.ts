import { WAIT_SECONDS_MAX } from '@darkroom/contracts/limits';
import { createCallProcedure } from './call-procedure.ts';
import { type Clock, systemClock } from './clock.ts';
import { createId as defaultCreateId } from './create-id.ts';
import { createJob } from './create-job.ts';
import { withDeadline } from './deadline.ts';
import { isImageApiError, JobFailedError } from './errors.ts';
import type { GenerateOptions, ImageClient } from './image-client.ts';
import { type Exchange, exchangeAs, type Fetch, jsonExchange, type Token } from './transport.ts';
import { readUpload, type UploadFile, uploadExchange } from './upload-image.ts';
import { waitForJob } from './wait-for-job.ts';

/** 55 s: longer than any long poll, and shorter than the 60 s after which mini programs abort a request. */
const REQUEST_TIMEOUT_MS = (WAIT_SECONDS_MAX + 30) * 1_000;

/** Settings of `createImageClient`. `baseUrl` and `token` are required. */
export interface ImageClientSettings {
  /**
   * Origin of the API, plus its path if it has one. Empty: the page's own origin. Example: `https://api.example.com`.
   */
  baseUrl: string;
  /** The user's bearer token, or a function that returns it. */
  token: Token;
  /** Replaces the global `fetch`; required where there is none. */
  fetch?: Fetch | undefined;
  /** Sends uploads where there is no FormData, such as with `uni.uploadFile`. Default: `fetch` with FormData. */
  uploadFile?: UploadFile | undefined;
  /** Creates idempotency keys: 1 to 255 visible ASCII characters, unique. Default: a random UUID where available. */
  createId?: (() => string) | undefined;
  /**
   * Milliseconds for one request with its response; default 55 000: longer than any long poll (25 s), and shorter than
   * the 60 s after which mini programs abort a request.
   */
  requestTimeoutMs?: number | undefined;
  /** Milliseconds for one upload; default 300 000. */
  uploadTimeoutMs?: number | undefined;
  /** For tests; default: the system's time and timers. */
  clock?: Clock | undefined;
}

/**
 * Creates a client for one user. It keeps no state: a new client can follow any job by its id. Throws a TypeError if
 * there is no `fetch`.
 */
export function createImageClient(settings: ImageClientSettings): ImageClient {
  const { token, uploadFile, createId = defaultCreateId, clock = systemClock } = settings;
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS, uploadTimeoutMs = 300_000 } = settings;
  const baseUrl = settings.baseUrl.replace(/\/+$/, '');
  if (!settings.fetch && typeof fetch === 'undefined') throw new TypeError('There is no global fetch: pass one.');
  const sendFetch: Fetch = settings.fetch ?? ((url, init) => fetch(url, init));

  const send = (exchange: Exchange, timeoutMs: number, signal: AbortSignal | null | undefined) =>
    withDeadline(timeoutMs, signal, (inner) => exchangeAs(token, exchange, inner));
  const call = createCallProcedure(baseUrl, (request, signal) =>
    send(jsonExchange(sendFetch, request), requestTimeoutMs, signal),
  );

  const client: ImageClient = {
    async create(request, { idempotencyKey = createId(), signal } = {}) {
      return withKey(idempotencyKey, () => createJob({ call, clock }, request, idempotencyKey, signal));
    },
    status: (jobId, { waitSeconds, afterVersion, signal } = {}) =>
      call('status', { job_id: jobId, wait_seconds: waitSeconds, after_version: afterVersion }, signal),
    wait: (job, options = {}) => waitForJob({ status: client.status, clock }, job, options),
    async generate(request, { idempotencyKey = createId(), ...options }: GenerateOptions = {}) {
      return withKey(idempotencyKey, async () => {
        const created = await client.create(request, { idempotencyKey, signal: options.signal });
        options.onUpdate?.(created);
        const job = await client.wait(created, options);
        if (job.status === 'FAILED') throw new JobFailedError(job);
        return job;
      });
    },
    list: (query = {}, { signal } = {}) => call('list', query, signal),
    cancel: (jobId, { signal } = {}) => call('cancel', { job_id: jobId }, signal),
    delete: (jobId, { signal } = {}) => call('delete', { job_id: jobId }, signal),
    models: ({ signal } = {}) => call('models', undefined, signal),
    async upload(file, { signal } = {}) {
      const exchange = uploadExchange({ baseUrl, fetch: sendFetch, uploadFile }, file);
      return readUpload(await send(exchange, uploadTimeoutMs, signal));
    },
  };
  return client;
}

/** Sets the idempotency key on every error, so that the caller can repeat the request without creating a second job. */
async function withKey<Result>(idempotencyKey: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (isImageApiError(error)) error.idempotencyKey = idempotencyKey;
    throw error;
  }
}
