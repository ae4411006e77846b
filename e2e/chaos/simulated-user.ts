import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateImageInput, ImageJob } from '@darkroom/contracts';
import { createImageClient, isImageApiError } from '@darkroom/sdk';
import { createRestClient } from '@darkroom/test-kit/client/rest-client';
import type { Observation, Observations } from './client-observations.ts';
import type { PlannedRequest } from './plan.ts';

const PAUSE_MS = 100;
/** After a request that got no answer. */
const RETRY_MS = 300;
const POLL_SECONDS = 2;

interface Deps {
  url: string;
  ask: typeof fetch;
  token: string;
  observations: Observations;
  /** A photograph as a data URL, for requests that have one. */
  photograph: string;
  /** Ends all requests and waits. */
  signal: AbortSignal;
}

export interface SimulatedUser {
  /** Creates the job, follows it to its end across restarts, and performs the planned action on it. */
  run(planned: PlannedRequest, entry: Observation): Promise<void>;
  /** Sends the same create request again under the same idempotency key. */
  repeat(planned: PlannedRequest, entry: Observation): Promise<ImageJob>;
  status(entry: Observation, jobId: string): Promise<ImageJob>;
}

/** One client: retries requests that got no answer, and records every answer in the observations. */
export function createSimulatedUser({ url, ask, token, observations, photograph, signal }: Deps): SimulatedUser {
  const sdk = createImageClient({ baseUrl: url, token, fetch: ask });
  const rest = createRestClient(url, token, signal, ask);

  async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        signal.throwIfAborted();
        if (!isUnanswered(error)) throw error;
        await sleep(RETRY_MS, undefined, { signal });
      }
    }
  }

  function requestOf({ model, n, references }: PlannedRequest, prompt: string): CreateImageInput {
    const files = Array.from({ length: references }, () => ({ image_file: photograph }));
    if (model !== 'image-01') return { model, prompt, n, area: '1K', references: files };
    const subject_reference = files.map((file) => ({ type: 'character' as const, ...file }));
    return { model, prompt, n, width: 512, height: 512, ...(references > 0 && { subject_reference }) };
  }

  function send(planned: PlannedRequest, { prompt, key }: Observation): Promise<ImageJob> {
    const { surface } = planned;
    const request = requestOf(planned, prompt);
    // The SDK always sends an idempotency key.
    if (surface === 'rest' || key === undefined) return rest.create(request, key).then((answer) => answer.data);
    return sdk.create(request, { idempotencyKey: key, signal });
  }

  /** Null when it is unknown whether the create request arrived. */
  async function create(planned: PlannedRequest, entry: Observation): Promise<ImageJob | null> {
    const ask = () => observations.ask(entry, () => send(planned, entry));
    if (entry.key !== undefined) return untilAnswered(ask);
    return ask().catch((error: unknown) => {
      if (isUnanswered(error)) return null;
      throw error;
    });
  }

  async function follow({ surface, follows }: PlannedRequest, entry: Observation, created: ImageJob): Promise<void> {
    const { job_id } = created;
    for (let job = created; job.status !== 'COMPLETED' && job.status !== 'FAILED'; ) {
      await sleep(PAUSE_MS, undefined, { signal }); // also between polls: a draining service holds none
      const news = { waitSeconds: follows === 'polls' ? POLL_SECONDS : 0, afterVersion: job.version };
      const query = `?wait_seconds=${news.waitSeconds}&after_version=${news.afterVersion}`;
      const read = async () =>
        surface === 'rest' ? (await rest.status(job_id, query)).data : sdk.status(job_id, { ...news, signal });
      job = await untilAnswered(() => observations.ask(entry, read));
    }
  }

  async function remove(entry: Observation, jobId: string): Promise<void> {
    entry.deletion = 'asked';
    await untilAnswered(() => sdk.delete(jobId, { signal })).catch((error: unknown) => {
      if (!isGone(error)) throw error; // deleted, but the answer was lost
    });
    entry.deletion = 'done';
  }

  async function actLater(planned: PlannedRequest, entry: Observation, jobId: string): Promise<void> {
    await sleep(planned.actAfterMs, undefined, { signal });
    switch (planned.act) {
      case 'repeat':
        if (entry.key !== undefined) await create(planned, entry);
        return;
      case 'cancel':
        entry.cancelAskedAt = Date.now();
        await untilAnswered(() => observations.ask(entry, () => sdk.cancel(jobId, { signal })));
        return;
      case 'delete':
        return remove(entry, jobId);
    }
  }

  return {
    async run(planned, entry) {
      await sleep(planned.afterMs, undefined, { signal });
      // A double tap sends two requests under one key.
      const taps = planned.act === 'repeat' && entry.key !== undefined ? 2 : 1;
      const [created] = await Promise.all(Array.from({ length: taps }, () => create(planned, entry)));
      if (!created) return;
      const following = follow(planned, entry, created).catch((error: unknown) => {
        if (!(isGone(error) && entry.deletion !== 'none')) throw error;
      });
      await Promise.all([following, actLater(planned, entry, created.job_id)]);
    },
    repeat: (planned, entry) => untilAnswered(() => observations.ask(entry, () => send(planned, entry))),
    status: (entry, jobId) => untilAnswered(() => observations.ask(entry, () => sdk.status(jobId, { signal }))),
  };
}

function isGone(error: unknown): boolean {
  return isImageApiError(error) ? error.code === 'job_not_found' : isRestAnswer(error, 404);
}

const RETRYABLE_CODES = ['network', 'draining', 'unavailable'];

/** No complete answer arrived (TypeError from fetch, SyntaxError from truncated JSON), or the service is unavailable. */
function isUnanswered(error: unknown): boolean {
  if (isImageApiError(error)) return RETRYABLE_CODES.includes(error.code);
  return error instanceof TypeError || error instanceof SyntaxError || isRestAnswer(error, 503);
}

/** The REST client's errors begin with the status. */
function isRestAnswer(error: unknown, status: number): boolean {
  return error instanceof Error && error.message.startsWith(`${status} `);
}
