import { setTimeout as sleep } from 'node:timers/promises';
import { createImageClient, type ImageClient } from '@darkroom/sdk';
import type { ServiceProcess } from '@darkroom/test-kit/api/service-process';
import { shareCluster } from '@darkroom/test-kit/api/share-cluster';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { expect, test } from 'vitest';
import { roundRobinFetch } from '../chaos/round-robin-fetch.ts';

const CREATE_EVERY_MS = 300;
const cluster = shareCluster({
  ownPostgres: true, // its fixed rate of requests needs the server to itself
  settings: { GENERATION_CONCURRENCY: 2, RATE_LIMIT_PER_MINUTE: 0, USER_ACTIVE_LIMIT: 1_000 },
  simulator: { latencyMs: 400 },
});

test('completes every job exactly once while each process is replaced under load', async () => {
  const { apis, workers, api, provider, user } = cluster();
  const ask = failOver(roundRobinFetch(apis.map(({ url }) => url)));
  const clients = ['1', '2', '3'].map((userId) =>
    createImageClient({ baseUrl: api(0).url, token: user(userId).token, fetch: ask }),
  );
  const over = new AbortController();
  const load = keepCreating(clients, over.signal);

  for (const service of [...workers, ...apis]) await replace(service);
  over.abort();
  const ended = await Promise.all(await load);

  expect(ended.length).toBeGreaterThan(workers.length + apis.length);
  expect(ended.filter((job) => job.status !== 'COMPLETED')).toEqual([]);
  expect(provider.calls().map((call) => call.prompt)).toHaveLength(ended.length);
  expect(new Set(provider.calls().map((call) => call.prompt)).size).toBe(ended.length);
});

/** As a proxy does: retries on the next process if one does not listen or is draining. */
function failOver(ask: typeof fetch): typeof fetch {
  return async (input, init) => {
    for (;;) {
      try {
        const answer = await ask(input, init);
        if (answer.status !== 503 || !(await answer.clone().text()).includes('"draining"')) return answer;
      } catch (error) {
        if (init?.signal?.aborted) throw error;
      }
    }
  };
}

async function replace(service: ServiceProcess): Promise<void> {
  expect(await service.terminate()).toBe(0);
  await service.start();
}

/** Every client keeps creating jobs and following them, through whichever process answers. */
async function keepCreating(clients: ImageClient[], signal: AbortSignal) {
  const following: ReturnType<ImageClient['wait']>[] = [];
  const creating: Promise<void>[] = [];
  for (let number = 0; !signal.aborted; number++) {
    const client = clients[number % clients.length];
    if (client) {
      creating.push(
        client.create(imageRequest(`in between ${number}`)).then((job) => void following.push(client.wait(job))),
      );
    }
    await sleep(CREATE_EVERY_MS);
  }
  await Promise.all(creating);
  return following;
}
