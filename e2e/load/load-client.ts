import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateImageInput, ImageJob } from '@darkroom/contracts';
import { createImageClient, isImageApiError } from '@darkroom/sdk';
import { createRestClient } from '@darkroom/test-kit/client/rest-client';
import type { Surface } from '@darkroom/test-kit/client/send-create';
import { signUserToken } from '@darkroom/test-kit/client/user';
import type { Observations } from '../chaos/client-observations.ts';
import { createRetryingFetch, type ResponseCounter } from './count-responses.ts';

const POLL_SECONDS = 25;

interface Deps {
  url: string;
  userId: string;
  surface: Surface;
  observations: Observations;
  responses: ResponseCounter;
  /** Aborts every request and wait. */
  signal: AbortSignal;
}

export interface Client {
  /** Creates one job, retrying refusals under one key, and follows it to its end by long polls. */
  generate(prompt: string): Promise<void>;
}

/** One user on one API surface; records every answer in the observations. */
export function createLoadClient({ url, userId, surface, observations, responses, signal }: Deps): Client {
  const token = signUserToken({ user_id: userId });
  const { create, status } = surface === 'rest' ? restSurface() : trpcSurface();

  function restSurface() {
    const wait = (ms: number) => sleep(ms, undefined, { signal });
    const rest = createRestClient(url, token, signal, createRetryingFetch(responses.fetch, wait));
    return {
      create: async (request: CreateImageInput, key: string) => (await rest.create(request, key)).data,
      status: async ({ job_id, version }: ImageJob) =>
        (await rest.status(job_id, `?wait_seconds=${POLL_SECONDS}&after_version=${version}`)).data,
    };
  }

  function trpcSurface() {
    const sdk = createImageClient({ baseUrl: url, token, fetch: responses.fetch });
    async function create(request: CreateImageInput, idempotencyKey: string): Promise<ImageJob> {
      for (;;) {
        try {
          return await sdk.create(request, { idempotencyKey, signal });
        } catch (error) {
          // The SDK has used up its own retries; a real user would press the button again.
          if (!isImageApiError(error) || error.code !== 'queue_full') throw error;
          await sleep(error.retryAfterMs, undefined, { signal });
        }
      }
    }
    return {
      create,
      status: ({ job_id, version }: ImageJob) =>
        sdk.status(job_id, { waitSeconds: POLL_SECONDS, afterVersion: version, signal }),
    };
  }

  return {
    async generate(prompt) {
      const key = prompt.replaceAll(' ', '-');
      const entry = observations.open({ prompt, userId, key });
      const request: CreateImageInput = { model: 'image-01', prompt, width: 512, height: 512 };
      let job = await observations.ask(entry, () => create(request, key));
      while (job.status !== 'COMPLETED' && job.status !== 'FAILED') {
        const known = job;
        job = await observations.ask(entry, () => status(known));
      }
      if (job.status === 'FAILED') observations.violations.push(`${prompt}: FAILED ${job.error_code}`);
    },
  };
}
