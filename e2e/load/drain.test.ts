import type { ImageJob } from '@darkroom/contracts';
import { readSnapshot } from '@darkroom/test-kit/api/database-snapshot';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { readFileKeys } from '@darkroom/test-kit/api/stored-files';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { SURFACES, sendCreate } from '@darkroom/test-kit/client/send-create';
import { type Provider, startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';

const CONCURRENCY = 4;
/** Calls that are answered before the provider holds the rest. */
const ANSWERED = 10;
const USERS = 10;
const JOBS = 30;
/** Less than any poll is held. */
const AT_ONCE_MS = 15_000;

const byPrompt = (a: ImageJob, b: ImageJob) => a.request.prompt.localeCompare(b.request.prompt);
const DRAINING = '"msg":"draining"';

/** An API in the middle of a load: some jobs are made, some are at the provider, who holds them, and the others wait. */
async function startBusyApi(settings: Record<string, number>) {
  const provider = await startProvider();
  provider.script({ times: ANSWERED }, { hold: true });
  const api = await startApi(provider, { GENERATION_CONCURRENCY: CONCURRENCY, ...settings });
  const users = Array.from({ length: USERS }, (_, number) => api.user(String(number + 1)));
  const created = await Promise.all(
    Array.from({ length: JOBS }, async (_, number) => {
      const { sdk, rest } = api.user(String((number % USERS) + 1));
      const small = imageRequest(`job ${number}.`, { width: 512, height: 512 });
      return number % 2 === 0 ? sdk.create(small) : (await rest.create(small)).data;
    }),
  );
  await provider.held(CONCURRENCY);
  // The sdk follows each job to its end, across the restart.
  const ends = Promise.all(created.map((job) => api.user(job.user_id).sdk.wait(job.job_id)));
  return { provider, api, users, created, ends };
}

/** Every client learns the end of its job from the next process, and no request was sent twice. */
async function expectAllServed(provider: Provider, api: Api, ends: Promise<ImageJob[]>): Promise<ImageJob[]> {
  const next = await api.restart();
  const jobs = await ends;
  expect(provider.prompts()).toHaveLength(new Set(provider.prompts()).size);
  expect(new Set(provider.prompts())).toEqual(new Set(jobs.map((job) => job.request.prompt)));
  next.process.signal('SIGTERM');
  expect(await next.process.ended).toBe(0);
  expect(readSnapshot(api.dataDir).jobs).toHaveLength(JOBS);
  return jobs.toSorted(byPrompt);
}

describe('SIGTERM under load', () => {
  test('refuses new requests, answers held polls, keeps paid images and loses no job', async () => {
    const { provider, api, users, created, ends } = await startBusyApi({ SHUTDOWN_GRACE_MS: 60_000 });
    const unended = created.filter((job) => job.status !== 'COMPLETED');
    const heldPolls = Promise.all(
      unended.slice(-USERS).map(({ user_id, job_id }) => {
        const { rest, sdk } = api.user(user_id);
        return Number(user_id) % 2 === 0
          ? rest.status(job_id, '?wait_seconds=25&after_version=99').then((answer) => answer.data)
          : sdk.status(job_id, { waitSeconds: 25, afterVersion: 99, signal: AbortSignal.timeout(AT_ONCE_MS) });
      }),
    );

    api.process.signal('SIGTERM');
    await api.process.lineWith(DRAINING);

    // The listener is still there to say so.
    const ready = await fetch(`${api.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', reason: 'draining' }]);
    for (const job of await heldPolls) expect(job.status).toMatch(/^(PENDING|PROCESSING)$/);
    await Promise.all(
      users.map(async ({ token, sdk }) => {
        for (const surface of SURFACES) {
          const refused = await sendCreate({ url: api.url, token, surface }, imageRequest('too late'));
          expect(refused).toMatchObject({ status: 503, errorCode: 'draining' });
          expect(refused.retryAfterS).toBeGreaterThanOrEqual(1);
        }
        expect((await sdk.list()).jobs).toHaveLength(JOBS / USERS);
      }),
    );

    provider.release();
    expect(await api.process.ended).toBe(0);
    expect(provider.calls()).toHaveLength(ANSWERED + CONCURRENCY);
    const { jobs } = readSnapshot(api.dataDir);
    const made = jobs.filter((job) => job.status === 'COMPLETED');
    const kept = await readFileKeys(api.dataDir);
    expect(made.map((job) => job.prompt).toSorted()).toEqual(provider.prompts().toSorted());
    expect(made.flatMap((job) => job.files).filter((key) => !kept.has(key))).toEqual([]);
    expect(jobs.filter((job) => job.status === 'PENDING')).toHaveLength(JOBS - ANSWERED - CONCURRENCY);

    const ended = await expectAllServed(provider, api, ends);
    expect(ended.filter((job) => job.status !== 'COMPLETED')).toEqual([]);
  });

  test.each([
    ['a second signal', {}],
    ['the end of the grace', { SHUTDOWN_GRACE_MS: 500 }],
  ])('followed by %s fails running calls as outcome_unknown at once, and keeps the rest', async (how, settings) => {
    const { provider, api, ends } = await startBusyApi(settings);
    const out = provider.prompts().slice(ANSWERED);

    api.process.signal('SIGTERM');
    await api.process.lineWith(DRAINING);
    if (how === 'a second signal') api.process.signal('SIGTERM');
    expect(await api.process.ended).toBe(1);
    provider.release();

    const ended = await expectAllServed(provider, api, ends);
    const unknown = ended.filter((job) => job.status === 'FAILED');
    expect(unknown.map((job) => job.request.prompt).toSorted()).toEqual(out.toSorted());
    for (const job of unknown) expect(job).toMatchObject({ error_code: 'outcome_unknown', charged: 'unknown' });
  });
});
