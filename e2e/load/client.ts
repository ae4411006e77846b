import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateImageInput, ImageJob } from '@darkroom/contracts';
import { createImageClient, isImageApiError } from '@darkroom/sdk';
import { signToken } from '../../apps/api/src/http/sign-token.ts';
import type { Ledger } from '../chaos/ledger.ts';
import { JWT_SECRET } from '../harness/api-environment.ts';
import { createRestClient } from '../harness/rest-client.ts';
import type { Face } from '../harness/send-order.ts';
import { createPatientFetch, type Tally } from './tally.ts';

const POLL_SECONDS = 25;

interface Deps {
  url: string;
  userId: string;
  face: Face;
  ledger: Ledger;
  tally: Tally;
  /** Ends all patience. */
  signal: AbortSignal;
}

export interface Client {
  /** Orders once, however often the order has to be sent, and follows the job to its end by long polls. */
  generate(prompt: string): Promise<void>;
}

/** One user of one face, who reports every answer to the ledger. */
export function createClient({ url, userId, face, ledger, tally, signal }: Deps): Client {
  const token = signToken(JWT_SECRET, { user_id: userId });
  const { create, status } = face === 'rest' ? restFace() : trpcFace();

  function restFace() {
    const wait = (ms: number) => sleep(ms, undefined, { signal });
    const rest = createRestClient(url, token, signal, createPatientFetch(tally.fetch, wait));
    return {
      create: async (order: CreateImageInput, key: string) => (await rest.create(order, key)).data,
      status: async ({ job_id, version }: ImageJob) =>
        (await rest.status(job_id, `?wait_seconds=${POLL_SECONDS}&after_version=${version}`)).data,
    };
  }

  function trpcFace() {
    const sdk = createImageClient({ baseUrl: url, token, fetch: tally.fetch });
    async function create(order: CreateImageInput, idempotencyKey: string): Promise<ImageJob> {
      for (;;) {
        try {
          return await sdk.create(order, { idempotencyKey, signal });
        } catch (error) {
          // The client has come back as often as it was asked to; a person presses the button again.
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
      const entry = ledger.open({ prompt, userId, key });
      const order: CreateImageInput = { model: 'image-01', prompt, width: 512, height: 512 };
      let job = await ledger.ask(entry, () => create(order, key));
      while (job.status !== 'COMPLETED' && job.status !== 'FAILED') {
        const known = job;
        job = await ledger.ask(entry, () => status(known));
      }
      if (job.status === 'FAILED') ledger.breaches.push(`${prompt}: FAILED ${job.error_code}`);
    },
  };
}
