import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { cancel, startSaving } from '../../src/job/job-state.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { countBackends } from './count-backends.ts';
import { emptyDatabase } from './empty-database.ts';
import { givenPostgres, LEASE_MS, openPostgresStores } from './open-postgres-stores.ts';
import { addJob, addSavingJob, type Stores, slots, startNext } from './stores.ts';

const HEARTBEAT_MS = 3_000;
const [US, THEM] = ['us', 'them'];

const postgres = givenPostgres();
let stores: Stores;
/** Another process on the same database and clock. */
let others: Stores;
beforeEach(async () => {
  await emptyDatabase(postgres.url());
  stores = await openPostgresStores(postgres.url());
  others = await openPostgresStores(postgres.url(), stores.clock);
});

/** Advances the clock by this many milliseconds, while these workers write their heartbeats on time. */
async function live(ms: number, ...workerIds: string[]): Promise<void> {
  for (let passed = 0; passed <= ms; passed += HEARTBEAT_MS) {
    for (const workerId of workerIds) await stores.workers.heartbeat(workerId, slots(4));
    stores.clock.advance(HEARTBEAT_MS);
  }
}

/** The state of the other worker's call as this worker sees it. */
async function leaseState(): Promise<string | undefined> {
  const [attempt] = await stores.workers.openAttempts(US);
  return attempt?.worker;
}

describe('a call of another worker', () => {
  beforeEach(async () => {
    await addJob(stores);
    await live(LEASE_MS, US, THEM);
    await startNext(others, { workerId: THEM });
  });

  test('stays open while that worker writes heartbeats', async () => {
    await live(LEASE_MS * 3, US, THEM);
    expect(await leaseState()).toBe('alive');
  });

  test('is given up once no heartbeat was seen for a lease, and not earlier', async () => {
    await live(LEASE_MS - 2 * HEARTBEAT_MS, US); // the other worker's last heartbeat is one interval old
    await stores.workers.heartbeat(US, slots(4));
    expect(await leaseState()).toBe('alive');
    stores.clock.advance(1);
    expect(await leaseState()).toBe('lapsed');
  });

  test('is kept when a heartbeat arrives again in time', async () => {
    await live(LEASE_MS, US);
    expect(await leaseState()).toBe('lapsed');
    await others.workers.heartbeat(THEM, slots(4));
    expect(await leaseState()).toBe('alive');
  });

  test('is given up as soon as that worker deregisters', async () => {
    await others.workers.deregister(THEM);
    await stores.workers.heartbeat(US, slots(4));
    expect(await leaseState()).toBe('lapsed');
  });

  test('is kept by a worker that has just started, so that a restart of all workers ends no calls', async () => {
    await live(LEASE_MS * 2);
    await live(LEASE_MS - 2 * HEARTBEAT_MS, US);
    expect(await leaseState()).toBe('alive');
    await live(0, US);
    expect(await leaseState()).toBe('lapsed');
  });

  test('is kept during a database outage and until all workers had time for a heartbeat', async () => {
    await live(LEASE_MS * 2); // simulates a database outage
    await stores.workers.heartbeat(US, slots(4));
    expect(await leaseState()).toBe('alive');
    await live(LEASE_MS - HEARTBEAT_MS, US, THEM);
    expect(await leaseState()).toBe('alive');
  });

  test('is kept by a worker that was suspended, before and after its next heartbeat', async () => {
    stores.clock.advance(LEASE_MS * 2);
    expect(await leaseState()).toBe('alive');
    await stores.workers.heartbeat(US, slots(4));
    expect(await leaseState()).toBe('alive');
  });
});

test('gives each job of a dead worker to one of two workers that take over at once', async () => {
  const jobIds: string[] = [];
  for (let i = 0; i < 5; i++) jobIds.push((await addSavingJob(stores, [{ url: 'http://a' }])).jobId);
  await live(LEASE_MS, US, THEM);
  const database = await openPostgres(postgres.url(), systemClock);
  onTestFinished(database.close);
  const [held, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = database.transact(async (trx) => {
    await trx.selectFrom('attempts').selectAll().forUpdate().execute();
    held.resolve();
    await goOn.promise;
  });
  await held.promise;
  const adopting = [stores.workers.adoptSaving(US), others.workers.adoptSaving(THEM)];
  await vi.waitFor(async () => expect(await countBackends(database, "wait_event_type = 'Lock'")).toBe(2));
  goOn.resolve();
  await holding;
  expect((await Promise.all(adopting)).flat()).toEqual(jobIds);
});

test('leaves the saving job of a live worker to that worker', async () => {
  await live(LEASE_MS, US, THEM);
  await addJob(stores);
  const saving = await addSavingJob(stores, [{ url: 'http://a' }]); // by a worker that never wrote a heartbeat
  await live(0, US, THEM);
  expect(await others.workers.adoptSaving(THEM)).toEqual([saving.jobId]);
  await live(LEASE_MS * 2, US, THEM);
  expect(await stores.workers.adoptSaving(US)).toEqual([]);
});

test('leaves the images of a canceled job to its worker while that lives, and adopts them then', async () => {
  await live(LEASE_MS, US, THEM);
  const { jobId } = await addJob(stores);
  const { attempt } = await startNext(others, { workerId: THEM });
  await others.jobs.recordArrival(attempt.attemptId, { position: 0, source: { url: 'http://a' } });
  await stores.jobs.changeJob(jobId, cancel);
  await others.jobs.endAttempt(attempt.attemptId, { outcome: 'answered' }, startSaving);
  expect(await stores.workers.adoptSaving(US)).toEqual([]);
  expect(await others.workers.adoptSaving(THEM)).toEqual([jobId]);
  await live(LEASE_MS * 2, US);
  expect(await stores.workers.adoptSaving(US)).toEqual([jobId]);
  await live(0, US, THEM);
  expect(await others.workers.adoptSaving(THEM)).toEqual([]);
});

test('counts the slots of live workers', async () => {
  await stores.workers.heartbeat(US, slots(4));
  await stores.workers.heartbeat(THEM, slots(3));
  expect(await stores.workers.countSlots('image-01')).toBe(7);
  await live(LEASE_MS, US);
  expect(await stores.workers.countSlots('image-01')).toBe(4);
});
