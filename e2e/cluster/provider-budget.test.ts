import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageJob } from '@darkroom/contracts';
import { shareCluster } from '@darkroom/test-kit/api/share-cluster';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { beforeEach, expect, test, vi } from 'vitest';
import { checkRateLimit } from '../chaos/check-rate-limit.ts';
import { pauseAfterReservation } from './pause-after-reservation.ts';

const RPM = 6;
const RETRY_BASE_MS = 3_000;
const PASSED_MS = 50_000;
/** The rolling window, plus the margin between a reservation and its call. */
const WHOLE_WINDOW_MS = 61_000;
/** A busy machine may release a reservation unused, which then counts for a whole window. */
const TIMEOUT = { timeout: WHOLE_WINDOW_MS + 30_000, interval: 20 };

const cluster = shareCluster({
  apis: 1,
  workers: 4,
  settings: { MINIMAX_RPM: RPM, MINIMAX_RETRY_BASE_MS: RETRY_BASE_MS, GENERATION_CONCURRENCY: 2 },
});

/** Simulates elapsed time in the database, by moving all reservations into the past. */
const letPass = (ms: number) => cluster().ask('UPDATE attempts SET started_at = started_at - $1', [ms]);

beforeEach(async () => {
  await letPass(WHOLE_WINDOW_MS);
  cluster().provider.reset();
});

function createJobs(name: string, count: number): Promise<ImageJob[]> {
  const { sdk } = cluster().user();
  return Promise.all(Array.from({ length: count }, (_, number) => sdk.create(imageRequest(`${name} ${number}`))));
}

test('shares one rate limit among four workers, also after all of them are restarted', async () => {
  const { provider, user, workers } = cluster();
  const created = await createJobs('many', 2 * RPM + 1);
  await vi.waitFor(() => expect(provider.calls()).toHaveLength(RPM), TIMEOUT);
  const completed = async () => (await user().sdk.list({ status: 'COMPLETED' })).jobs;
  await vi.waitFor(async () => expect(await completed()).toHaveLength(RPM), TIMEOUT);
  await Promise.all(workers.map((worker) => worker.kill()));
  await Promise.all(workers.map((worker) => worker.start()));
  const beforeNow = Date.now();
  await letPass(PASSED_MS);

  await vi.waitFor(() => expect(provider.calls()).toHaveLength(2 * RPM), TIMEOUT);
  const calls = provider.calls().map(({ at }) => ({ at: at < beforeNow ? at - PASSED_MS : at }));
  expect(checkRateLimit(calls, RPM)).toEqual([]);
  for (const job of created) await user().sdk.cancel(job.job_id);
});

test('applies the back-off of a rate-limited call to all workers', async () => {
  const { provider, user, ask } = cluster();
  provider.script({ times: 1, fault: { kind: 'base_resp', code: 1002 } });
  const [refused] = await createJobs('too much', 1);
  const isBackedOff = async () =>
    expect(await ask('SELECT 1 FROM attempts WHERE quiet_until IS NOT NULL')).toHaveLength(1);
  await vi.waitFor(isBackedOff, TIMEOUT);
  const others = await createJobs('after it', 3);
  for (const job of [refused, ...others]) {
    expect(await user().sdk.wait(job?.job_id ?? '')).toMatchObject({ status: 'COMPLETED' });
  }
  const [first, ...later] = provider.calls().map((call) => call.at);
  expect(Math.min(...later) - (first ?? 0)).toBeGreaterThanOrEqual(RETRY_BASE_MS);
});

test('releases the reservation of a worker paused before its call, and makes the call under a new one', async () => {
  const { user, ask, callsFor } = cluster();
  let created: ImageJob | undefined;
  const worker = await pauseAfterReservation(cluster(), async () => {
    created = await user().sdk.create(imageRequest('paused'));
  });
  await sleep(2_000); // longer than the margin
  worker.resume();
  expect(await user().sdk.wait(created ?? '')).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
  expect(callsFor('paused')).toBe(1);
  const attempts = await ask('SELECT outcome FROM attempts WHERE job_id = $1 ORDER BY started_at', [created?.job_id]);
  expect(attempts.map((attempt) => attempt.outcome)).toEqual(['not_sent', 'answered']);
});
