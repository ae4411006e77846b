import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { countBackends } from './count-backends.ts';
import { emptyDatabase } from './empty-database.ts';
import { givenPostgres, LEASE_MS, openPostgresStores } from './open-postgres-stores.ts';
import { addJob, addSavingJob, type Stores, startNext } from './stores.ts';

const BEAT_MS = 3_000;
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
  for (let passed = 0; passed <= ms; passed += BEAT_MS) {
    for (const workerId of workerIds) await stores.workers.heartbeat(workerId, 4);
    stores.clock.advance(BEAT_MS);
  }
}

/** The state of the other worker's call as this worker sees it. */
async function judged(): Promise<string | undefined> {
  const [attempt] = await stores.workers.openAttempts(US);
  return attempt?.worker;
}

describe('their call', () => {
  beforeEach(async () => {
    await addJob(stores);
    await live(LEASE_MS, US, THEM);
    await startNext(others, { workerId: THEM });
  });

  test('is theirs for as long as they are seen', async () => {
    await live(LEASE_MS * 3, US, THEM);
    expect(await judged()).toBe('alive');
  });

  test('has nobody once they were not seen for a lease, and not sooner', async () => {
    await live(LEASE_MS - 2 * BEAT_MS, US); // the other worker's last heartbeat is one interval old
    await stores.workers.heartbeat(US, 4);
    expect(await judged()).toBe('alive');
    stores.clock.advance(1);
    expect(await judged()).toBe('lapsed');
  });

  test('is theirs again when they are seen again in time', async () => {
    await live(LEASE_MS, US);
    expect(await judged()).toBe('lapsed');
    await others.workers.heartbeat(THEM, 4);
    expect(await judged()).toBe('alive');
  });

  test('has nobody from when they leave', async () => {
    await others.workers.deregister(THEM);
    await stores.workers.heartbeat(US, 4);
    expect(await judged()).toBe('lapsed');
  });

  test('is not judged by who has just come: a restart of all is not the end of each', async () => {
    await live(LEASE_MS * 2);
    await live(LEASE_MS - 2 * BEAT_MS, US);
    expect(await judged()).toBe('alive');
    await live(0, US);
    expect(await judged()).toBe('lapsed');
  });

  test('is not judged while nobody could be seen, nor until all had time to be seen again', async () => {
    await live(LEASE_MS * 2); // simulates a database outage
    await stores.workers.heartbeat(US, 4);
    expect(await judged()).toBe('alive');
    await live(LEASE_MS - BEAT_MS, US, THEM);
    expect(await judged()).toBe('alive');
  });

  test('is not judged by who stood still, before or after it is seen again', async () => {
    stores.clock.advance(LEASE_MS * 2);
    expect(await judged()).toBe('alive');
    await stores.workers.heartbeat(US, 4);
    expect(await judged()).toBe('alive');
  });
});

test('of two who come for the jobs of a dead worker at once, one gets each', async () => {
  const jobIds: string[] = [];
  for (let i = 0; i < 5; i++) jobIds.push((await addSavingJob(stores, [{ url: 'http://a' }])).jobId);
  await live(LEASE_MS, US, THEM);
  const database = await openPostgres(postgres.url());
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

test('a job whose worker lives is saved by nobody else', async () => {
  await live(LEASE_MS, US, THEM);
  await addJob(stores);
  const saving = await addSavingJob(stores, [{ url: 'http://a' }]); // by a worker that never wrote a heartbeat
  await live(0, US, THEM);
  expect(await others.workers.adoptSaving(THEM)).toEqual([saving.jobId]);
  await live(LEASE_MS * 2, US, THEM);
  expect(await stores.workers.adoptSaving(US)).toEqual([]);
});

test('the places are those of the workers that live', async () => {
  await stores.workers.heartbeat(US, 4);
  await stores.workers.heartbeat(THEM, 3);
  expect(await stores.workers.countSlots()).toBe(7);
  await live(LEASE_MS, US);
  expect(await stores.workers.countSlots()).toBe(4);
});
