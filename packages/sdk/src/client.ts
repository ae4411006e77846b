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

export interface ImageClientSettings {
  /** The API's origin, with a path if it lives under one; empty for the page's own origin. */
  baseUrl: string;
  token: Token;
  /** Where there is no global `fetch`, or another is wanted. */
  fetch?: Fetch | undefined;
  /** Where there is no FormData: `uni.uploadFile` and its like. */
  uploadFile?: UploadFile | undefined;
  /** Makes idempotency keys: 1 to 255 visible ASCII characters, never the same twice. */
  createId?: (() => string) | undefined;
  /** One request with its answer; default 55 000: above any poll, below the 60 s after which mini programs end a request. */
  requestTimeoutMs?: number | undefined;
  /** One upload; default 300 000. */
  uploadTimeoutMs?: number | undefined;
  /** For tests. */
  clock?: Clock | undefined;
}

/** A client for one caller. It keeps nothing: every job can be followed on by its id from a new one. */
export function createImageClient(settings: ImageClientSettings): ImageClient {
  const { token, uploadFile, createId = defaultCreateId, clock = systemClock } = settings;
  const { requestTimeoutMs = 55_000, uploadTimeoutMs = 300_000 } = settings;
  const baseUrl = settings.baseUrl.replace(/\/+$/, '');
  if (!settings.fetch && typeof fetch === 'undefined') throw new TypeError('There is no global fetch: pass one.');
  const sendFetch: Fetch = settings.fetch ?? ((url, init) => fetch(url, init));

  const send = (exchange: Exchange, timeoutMs: number, signal: AbortSignal | null | undefined) =>
    withDeadline(timeoutMs, signal, (inner) => exchangeAs(token, exchange, inner));
  const call = createCallProcedure(baseUrl, (request, signal) =>
    send(jsonExchange(sendFetch, request), requestTimeoutMs, signal),
  );

  const client: ImageClient = {
    async create(order, { idempotencyKey = createId(), signal } = {}) {
      return withKey(idempotencyKey, () => createJob({ call, clock }, order, idempotencyKey, signal));
    },
    status: (jobId, { waitSeconds, afterVersion, signal } = {}) =>
      call('status', { job_id: jobId, wait_seconds: waitSeconds, after_version: afterVersion }, signal),
    wait: (job, options = {}) => waitForJob({ status: client.status, clock }, job, options),
    async generate(order, { idempotencyKey = createId(), ...options }: GenerateOptions = {}) {
      return withKey(idempotencyKey, async () => {
        const created = await client.create(order, { idempotencyKey, signal: options.signal });
        options.onUpdate?.(created);
        const job = await client.wait(created, options);
        if (job.status === 'FAILED') throw new JobFailedError(job);
        return job;
      });
    },
    list: (query = {}, { signal } = {}) => call('list', query, signal),
    cancel: (jobId, { signal } = {}) => call('cancel', { job_id: jobId }, signal),
    delete: (jobId, { signal } = {}) => call('delete', { job_id: jobId }, signal),
    async upload(file, { signal } = {}) {
      const exchange = uploadExchange({ baseUrl, fetch: sendFetch, uploadFile }, file);
      return readUpload(await send(exchange, uploadTimeoutMs, signal));
    },
  };
  return client;
}

/** Whatever fails under a key carries it, so that the caller can repeat the order without ordering twice. */
async function withKey<Result>(idempotencyKey: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (isImageApiError(error)) error.idempotencyKey = idempotencyKey;
    throw error;
  }
}
