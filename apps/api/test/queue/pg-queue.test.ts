import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgresServer, type PostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import type { PgBoss } from 'pg-boss';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openPgBoss } from '../../src/queue/open-pg-boss.ts';
import { createPgQueue } from '../../src/queue/pg-queue.ts';
import { createWakeUpQueue, WAKE_UP_QUEUES } from '../../src/queue/wake-up-queue.ts';
import { createPgBossDatabase, type PgBossDatabase } from '../../src/store/postgres/pg-boss-database.ts';
import { createManualClock } from '../manual-clock.ts';
import { testQueue } from './queue.conformance.ts';
import { createWork, type Work } from './work.ts';

const queueName = WAKE_UP_QUEUES['image-01'];
let server: PostgresServer;
/** The connections of two processes to the same queue. */
let databases: [PgBossDatabase, PgBossDatabase];
let bosses: [PgBoss, PgBoss];
beforeAll(async () => {
  server = await openPostgresServer();
  const databaseUrl = await server.createDatabase();
  const openDatabase = () => createPgBossDatabase(databaseUrl, systemClock, rethrow);
  databases = [openDatabase(), openDatabase()];
  bosses = [await openPgBoss(databases[0], rethrow), await openPgBoss(databases[1], rethrow)];
  for (const boss of bosses) await createWakeUpQueue(boss, 'image-01');
});
afterEach(() => bosses[0].deleteQueuedJobs(queueName));
afterAll(async () => {
  for (const boss of bosses) await boss.stop();
  for (const database of databases) await database.close();
  await server.close();
});

testQueue('the queue over pg-boss', {
  createQueue: ({ concurrency, takeNext, clock, onError }) =>
    createPgQueue({ boss: bosses[0], queueName, worker: { concurrency, takeNext }, clock, onError }),
  settle: () => sleep(60).then(() => {}),
  patienceMs: 10_000,
});

const PATIENCE = { timeout: 10_000, interval: 10 };
const rethrow = (error: unknown) => {
  throw error;
};

function createQueue(boss: PgBoss, work: Work | null) {
  const worker = work && { concurrency: 2, takeNext: work.takeNext };
  return createPgQueue({ boss, queueName, worker, clock: systemClock, onError: rethrow });
}

test('delivers wake-ups from a process without workers to those that have them', async () => {
  const work = createWork(systemClock);
  const api = createQueue(bosses[0], null);
  const worker = createQueue(bosses[1], work);
  api.start();
  worker.start();
  await vi.waitFor(() => expect(work.asked).toBeGreaterThan(0), PATIENCE);
  work.add(1);
  api.wake();
  await vi.waitFor(() => expect(work.running).toBe(1), PATIENCE);
  work.endOne();
  await Promise.all([api.drain(), worker.drain()]);
});

test('keeps a wake-up without a worker until one starts', async () => {
  const work = createWork(systemClock);
  const api = createQueue(bosses[0], null);
  api.wake();
  await api.drain();
  work.add(1);
  const worker = createPgQueue({
    boss: bosses[1],
    queueName,
    worker: { concurrency: 1, takeNext: work.takeNext },
    clock: systemClock,
    onError: rethrow,
  });
  worker.start();
  await vi.waitFor(() => expect(work.running).toBe(1), PATIENCE);
  work.endOne();
  await worker.drain();
});

test('fills the slots of two workers from one queue, each up to its bound', async () => {
  const [here, there] = [createWork(systemClock), createWork(systemClock)];
  here.add(2);
  there.add(2);
  const queues = [createQueue(bosses[0], here), createQueue(bosses[1], there)];
  for (const queue of queues) queue.start();
  await vi.waitFor(() => expect([here.running, there.running]).toEqual([2, 2]), PATIENCE);
  for (const work of [here, here, there, there]) work.endOne();
  await Promise.all(queues.map((queue) => queue.drain()));
});

test('leaves the wake-up to another worker when it drains', async () => {
  const [leaving, staying] = [createWork(systemClock), createWork(systemClock)];
  leaving.add(1);
  const [first, second] = [createQueue(bosses[0], leaving), createQueue(bosses[1], staying)];
  first.start();
  await vi.waitFor(() => expect(leaving.running).toBe(1), PATIENCE);
  const drained = first.drain();
  staying.add(1);
  second.start();
  await vi.waitFor(() => expect(staying.running).toBe(1), PATIENCE);
  expect(leaving.taken).toBe(1);
  leaving.endOne();
  staying.endOne();
  await Promise.all([drained, second.drain()]);
});

test('receives one wake-up at a time, however many slots it has', async () => {
  const work = createWork(systemClock);
  const queue = createPgQueue({
    boss: bosses[0],
    queueName,
    worker: { concurrency: 250, takeNext: work.takeNext },
    clock: systemClock,
    onError: rethrow,
  });
  queue.start();
  await vi.waitFor(() => expect(bosses[0].getWipData()).toHaveLength(1), PATIENCE);
  work.add(20);
  queue.wake();
  await vi.waitFor(() => expect(work.running).toBe(20), PATIENCE);
  expect(bosses[0].getWipData()).toHaveLength(1);
  while (work.running > 0) work.endOne();
  await queue.drain();
});

test('delivers every wake-up to a worker with a free slot while the other one has none', async () => {
  const clock = createManualClock(); // stands still: nothing is found by a resync
  const [full, free] = [createWork(clock), createWork(clock)];
  full.add(1);
  const create = (boss: PgBoss, { takeNext }: Work) =>
    createPgQueue({ boss, queueName, worker: { concurrency: 1, takeNext }, clock, onError: rethrow });
  const [first, second] = [create(bosses[0], full), create(bosses[1], free)];
  first.start();
  await vi.waitFor(() => expect(full.running).toBe(1), PATIENCE);
  second.start();
  await vi.waitFor(() => expect(free.asked).toBe(2), PATIENCE); // at the start, and for the wake-up that waited
  for (let wakeUps = 1; wakeUps <= 10; wakeUps++) {
    first.wake();
    await vi.waitFor(() => expect(free.asked).toBe(2 + wakeUps), PATIENCE);
  }
  full.endOne();
  await Promise.all([first.drain(), second.drain()]);
});

test('takes a job within 5 seconds whose wake-up was lost with its process', async () => {
  const clock = createManualClock();
  const work = createWork(clock);
  const worker = { concurrency: 2, takeNext: work.takeNext };
  const queue = createPgQueue({ boss: bosses[0], queueName, worker, clock, onError: rethrow });
  queue.start();
  await vi.waitFor(() => expect(work.asked).toBe(1), PATIENCE);
  work.add(1);
  await clock.advanceAsync(4_999);
  expect(work.asked).toBe(1);
  await clock.advanceAsync(1);
  await vi.waitFor(() => expect(work.running).toBe(1), PATIENCE);
  work.endOne();
  await queue.drain();
});
