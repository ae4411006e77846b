import { setTimeout as sleep } from 'node:timers/promises';
import { shareApi } from '@darkroom/test-kit/api/share-api';
import { type RunningApi, startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { SURFACES, type Surface, sendCreate } from '@darkroom/test-kit/client/send-create';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';

const send = (api: RunningApi, surface: Surface, prompt: string, key?: string, userId?: string) =>
  sendCreate({ url: api.url, token: api.user(userId).token, surface }, imageRequest(prompt), key);

/** Sends 50 requests at once, alternating between both API surfaces. */
const fifty = <T>(ask: (surface: Surface, number: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 50 }, (_, number) => ask(number % 2 === 0 ? 'rest' : 'trpc', number)));

describe('fifty simultaneous requests with one key over REST and tRPC', () => {
  const service = shareApi();

  test('create one job and make one call', async () => {
    const { provider, api } = service();

    const answers = await fifty((surface) => send(api, surface, 'only once', 'tap'));

    expect(answers.filter(({ status }) => status >= 300)).toEqual([]);
    expect(new Set(answers.map(({ jobId }) => jobId)).size).toBe(1);
    await api.user().sdk.wait(answers[0]?.jobId ?? '');
    expect((await api.user().sdk.list()).jobs).toHaveLength(1);
    expect(provider.prompts()).toEqual(['only once']);
  });

  test('create the job of the first request, and answer 422 idempotency_mismatch to a different one', async () => {
    const { provider, api } = service();

    const answers = await fifty((surface, number) => send(api, surface, number % 4 < 2 ? 'this' : 'that', 'tap'));

    const accepted = answers.filter(({ status }) => status < 300);
    expect(accepted.length).toBeGreaterThanOrEqual(24); // half of them
    expect(accepted.length).toBeLessThanOrEqual(26);
    expect(new Set(accepted.map(({ jobId }) => jobId)).size).toBe(1);
    for (const refused of answers.filter(({ status }) => status >= 300)) {
      expect(refused).toMatchObject({ status: 422, errorCode: 'idempotency_mismatch' });
    }
    await api.user().sdk.wait(accepted[0]?.jobId ?? '');
    expect(provider.prompts()).toHaveLength(1);
  });

  test('create one job for each of two users', async () => {
    const { provider, api } = service();

    const userOf = (number: number) => (number % 4 < 2 ? '1' : '2');
    const answers = await fifty((surface, number) => send(api, surface, 'mine', 'tap', userOf(number)));

    const jobsOf = (...remainders: number[]) =>
      new Set(answers.filter((_, number) => remainders.includes(number % 4)).map(({ jobId }) => jobId));
    expect(jobsOf(0, 1).size).toBe(1);
    expect(jobsOf(2, 3).size).toBe(1);
    expect(jobsOf(0, 1, 2, 3).size).toBe(2);
    await Promise.all(answers.map(({ jobId = '' }, number) => api.user(userOf(number)).sdk.wait(jobId)));
    expect(provider.callsFor('mine')).toBe(2);
  });
});

test('creates one job with one call when a request is repeated under its key after a kill -9 of the API', async () => {
  const provider = await startProvider();
  let api = await startApi(provider);
  const jobIds: string[] = [];

  // From before the request is read until after it is answered.
  for (const killAfterMs of [0, 3, 8, 20]) {
    const prompt = `killed after ${killAfterMs} ms`;
    const first = send(api, 'rest', prompt, `key-${killAfterMs}`).catch(() => undefined);
    await sleep(killAfterMs);
    await api.kill();
    const answered = await first;
    api = await api.restart();

    const again = await fifty((surface) => send(api, surface, prompt, `key-${killAfterMs}`));

    const ids = new Set(again.map(({ jobId }) => jobId));
    expect(ids.size).toBe(1);
    if (answered) expect(ids).toContain(answered.jobId);
    jobIds.push(...[...ids].map(String));
  }

  const { sdk } = api.user();
  await Promise.all(jobIds.map((jobId) => sdk.wait(jobId)));
  expect((await sdk.list()).jobs.map((job) => job.job_id).toSorted()).toEqual(jobIds.toSorted());
  expect(new Set(provider.prompts()).size).toBe(provider.prompts().length);
});

test.each([
  ['rate_limited', { RATE_LIMIT_PER_MINUTE: 2 }],
  ['quota_exceeded', { USER_DAILY_IMAGES: 2 }],
  ['quota_exceeded', { DAILY_IMAGES: 2 }],
  ['too_many_jobs', { USER_ACTIVE_LIMIT: 2 }],
  ['queue_full', { QUEUE_LIMIT: 1 }],
])('accepts a request under the same key after it was refused as %s (%o)', async (code, limit) => {
  const provider = await startProvider();
  provider.script({ times: 1, hold: true });
  const api = await startApi(provider, { GENERATION_CONCURRENCY: 1, ...limit });
  await send(api, 'rest', 'the first');
  await provider.held(1);
  await send(api, 'trpc', 'the second');

  for (const surface of SURFACES) {
    const refused = await send(api, surface, 'no room yet', 'tap');
    expect(refused).toMatchObject({ errorCode: code, jobId: undefined });
    expect(refused.retryAfterS).toBeGreaterThanOrEqual(1);
  }

  // The operator raises the limit.
  await api.kill();
  provider.release();
  const raised = await startApi(provider, { DATA_DIR: api.dataDir });
  const created = await fifty((surface) => send(raised, surface, 'no room yet', 'tap'));
  expect(new Set(created.map(({ jobId }) => jobId)).size).toBe(1);
  expect(await raised.user().sdk.wait(created[0]?.jobId ?? '')).toMatchObject({ status: 'COMPLETED' });
  expect(provider.callsFor('no room yet')).toBe(1);
});
