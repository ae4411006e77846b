import type { AppRouter } from '@darkroom/contracts/router';
import { createTRPCClient } from '@trpc/client';
import { type Clock, systemClock } from './clock.ts';
import { createId as defaultCreateId } from './create-id.ts';
import { createJob } from './create-job.ts';
import { withDeadline } from './deadline.ts';
import { isImageApiError, JobFailedError } from './errors.ts';
import type { GenerateOptions, ImageClient } from './image-client.ts';
import { toImageApiError } from './read-error.ts';
import { type Exchange, exchangeAs, type Fetch, fetchJson, type Token } from './transport.ts';
import { trpcLink } from './trpc-link.ts';
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
  /** One request with its answer; default 60 000, which is also where mini programs end it. Above `pollSeconds`. */
  requestTimeoutMs?: number | undefined;
  /** One upload; default 300 000. */
  uploadTimeoutMs?: number | undefined;
  /** For tests. */
  clock?: Clock | undefined;
}

/** A client for one caller. It keeps nothing: every job can be followed on by its id from a new one. */
export function createImageClient(settings: ImageClientSettings): ImageClient {
  const { token, uploadFile, createId = defaultCreateId, clock = systemClock } = settings;
  const { requestTimeoutMs = 60_000, uploadTimeoutMs = 300_000 } = settings;
  const baseUrl = settings.baseUrl.replace(/\/+$/, '');
  if (!settings.fetch && typeof fetch === 'undefined') throw new TypeError('There is no global fetch: pass one.');
  const sendFetch: Fetch = settings.fetch ?? ((url, init) => fetch(url, init));

  const exchange = (run: Exchange, timeoutMs: number, signal: AbortSignal | null | undefined) =>
    withDeadline(timeoutMs, signal, (inner) => exchangeAs(token, run, inner));

  const { image } = createTRPCClient<AppRouter>({
    links: [
      trpcLink({
        url: `${baseUrl}/trpc`,
        exchange: (url, init, signal) =>
          exchange(
            (identity, inner) =>
              fetchJson(sendFetch, url, { ...init, headers: { ...init.headers, ...identity }, signal: inner }),
            requestTimeoutMs,
            signal,
          ),
      }),
    ],
  });

  const client: ImageClient = {
    async create(order, { idempotencyKey = createId(), signal } = {}) {
      const send: Parameters<typeof createJob>[0]['send'] = (input) =>
        call(signal, (options) => image.create.mutate(input, options));
      return withKey(idempotencyKey, () => createJob({ send, clock }, order, idempotencyKey, signal));
    },
    status: (jobId, { waitSeconds, afterVersion, signal } = {}) =>
      call(signal, (options) =>
        image.status.query({ job_id: jobId, wait_seconds: waitSeconds, after_version: afterVersion }, options),
      ),
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
    list: (query = {}, { signal } = {}) => call(signal, (options) => image.list.query(query, options)),
    cancel: (jobId, { signal } = {}) => call(signal, (options) => image.cancel.mutate({ job_id: jobId }, options)),
    delete: (jobId, { signal } = {}) => call(signal, (options) => image.delete.mutate({ job_id: jobId }, options)),
    async upload(file, { signal } = {}) {
      const run = uploadExchange({ baseUrl, fetch: sendFetch, uploadFile }, file);
      return readUpload(await exchange(run, uploadTimeoutMs, signal));
    },
  };
  return client;
}

async function call<Result>(
  signal: AbortSignal | undefined,
  send: (options: { signal?: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  try {
    return await send(signal ? { signal } : {});
  } catch (error) {
    throw toImageApiError(error, signal);
  }
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
