import { setTimeout as sleep } from 'node:timers/promises';
import { shareCluster } from '@darkroom/test-kit/api/share-cluster';
import { SHORT_LEASE } from '@darkroom/test-kit/api/short-lease';
import { followUntil } from '@darkroom/test-kit/client/follow-until';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { SURFACES, sendCreate } from '@darkroom/test-kit/client/send-create';
import { beforeEach, expect, test, vi } from 'vitest';

/**
 * A worker's lease is lost after this time without a heartbeat, provided that the database was available throughout.
 */
const LEASE_MS = SHORT_LEASE.WORKER_LEASE_MS;
/** Generous: heartbeats of a machine that runs another heavy test are late, and each late one starts the wait anew. */
const TIMEOUT = { timeout: 150_000, interval: 50 };
const TEST_WITHIN_MS = 400_000;

const cluster = shareCluster({
  ownPostgres: true,
  settings: { ...SHORT_LEASE, GENERATION_CONCURRENCY: 2, RATE_LIMIT_PER_MINUTE: 0 },
});
beforeEach(() => cluster().provider.reset());

/** Waits until every process has sent heartbeats for this long without an interruption. */
async function heartbeatsFor(ms: number): Promise<void> {
  const { ask, apis, workers } = cluster();
  const steady = 'SELECT 1 FROM workers WHERE seen_at - unbroken_since >= $1';
  const processes = apis.length + workers.length; // an API writes files, and sends heartbeats for them
  // Each time PostgreSQL starts a process for the connection.
  const rarely = { ...TIMEOUT, interval: 250 };
  await vi.waitFor(async () => expect(await ask(steady, [ms])).toHaveLength(processes), rarely);
}

/** Creates four jobs whose calls are held open and four that wait. */
async function createJobs(name: string) {
  const { provider, user } = cluster();
  provider.script({ hold: true });
  const { sdk } = user(name.length.toString());
  const created = await Promise.all(
    Array.from({ length: 8 }, (_, number) => sdk.create(imageRequest(`${name} ${number}`))),
  );
  await vi.waitFor(() => expect(provider.stats().heldCalls).toBe(4), TIMEOUT);
  const ends = Promise.all(created.map((job, number) => user(job.user_id, number).sdk.wait(job.job_id)));
  return { created, ends };
}

test(
  'answers 503 while PostgreSQL is down longer than a lease, presumes no outcome and recovers',
  async () => {
    const { apis, workers, postgres, provider, user } = cluster();
    const { created, ends } = await createJobs('during an outage');
    await heartbeatsFor(LEASE_MS); // from now on each worker may presume that another is dead

    await postgres.stop();
    const stoppedAt = Date.now();
    for (const { url } of apis) {
      for (const surface of SURFACES) {
        const refused = await sendCreate({ url, token: user().token, surface }, imageRequest('while it is away'));
        expect(refused).toMatchObject({ status: 503, errorCode: 'unavailable' });
        expect(refused.retryAfterS).toBeGreaterThanOrEqual(1);
      }
    }
    await expect(user('16', 1).sdk.status(created[0]?.job_id ?? '')).rejects.toMatchObject({ code: 'unavailable' });
    for (const { url } of [...apis, ...workers]) {
      const ready = await fetch(`${url}/health/ready`);
      expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', reason: 'database' }]);
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
    }
    await sleep(LEASE_MS + 2_000 - (Date.now() - stoppedAt));
    await postgres.start();
    await heartbeatsFor(LEASE_MS / 2); // by now each worker has checked the leases of the others
    provider.release();

    for (const job of await ends) expect(job).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
    expect(provider.calls()).toHaveLength(created.length);
    for (const { url } of apis) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(await user().sdk.generate(imageRequest('after it'))).toMatchObject({ status: 'COMPLETED' });
  },
  TEST_WITHIN_MS,
);

test('keeps an answer that arrives while PostgreSQL is down until it is back', async () => {
  const { postgres, provider } = cluster();
  const { created, ends } = await createJobs('across a crash');
  await postgres.stop('immediate');
  provider.release();
  await vi.waitFor(() => expect(provider.stats().openCalls).toBe(0), TIMEOUT);
  await postgres.start();
  for (const job of await ends) expect(job).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
  expect(provider.calls()).toHaveLength(created.length);
});

test('accepts, completes and follows jobs while all database connections are terminated repeatedly', async () => {
  const { ask, provider, user } = cluster();
  const { created, ends } = await createJobs('with connections cut');
  provider.release();
  const more = [];
  for (let cuts = 0; cuts < 5; cuts++) {
    await ask(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    more.push(await user('30', cuts).sdk.create(imageRequest(`after cut ${cuts}`)));
  }
  for (const job of [...(await ends), ...(await Promise.all(more.map((job) => user('30').sdk.wait(job))))]) {
    expect(job).toMatchObject({ status: 'COMPLETED', charged: 'yes' });
  }
  expect(provider.calls()).toHaveLength(created.length + more.length);
  const watched = await user('31', 0).sdk.create(imageRequest('news arrives again'));
  await followUntil(user('31', 1).sdk, watched.job_id, (job) => job.status === 'COMPLETED');
});
