import { openPostgresServer, type PostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import { CLOCK_OVERRIDE_SETTING, type PgBoss, TestClock } from 'pg-boss';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openPgBoss } from '../../src/queue/open-pg-boss.ts';
import { createPgScheduler } from '../../src/queue/pg-scheduler.ts';
import { createPgBossDatabase, type PgBossDatabase } from '../../src/store/postgres/pg-boss-database.ts';
import { createRecordedLog } from '../jobs/recorded-log.ts';
import { testScheduler } from './scheduler.conformance.ts';

const PATIENCE = { timeout: 10_000, interval: 5 };
/** Five minutes before a scheduled run, to keep the tests short: pg-boss's clock moves from timer to timer. */
const START = new Date('2026-11-22T10:55:00Z');
const passNextRun = () => clock.tick(6 * 60 * 1_000);

/** One process of the deployment. */
interface Process {
  boss: PgBoss;
  /** From then on none of its statements succeeds, as if it had been killed. */
  die(): void;
  close(): Promise<void>;
}

let server: PostgresServer;
let databaseUrl: string;
let clock: TestClock;
let processes: Process[];
beforeAll(async () => {
  server = await openPostgresServer();
});
beforeEach(async () => {
  const url = new URL(await server.createDatabase());
  url.searchParams.set('options', `-c ${CLOCK_OVERRIDE_SETTING}=on`);
  databaseUrl = url.href;
  clock = new TestClock(START);
  processes = [];
});
afterEach(async () => {
  for (const each of processes) await each.close();
});
afterAll(() => server.close());

/** The clock moves the time of the database through the process that started first. */
const isOfClock = (statement: string) => statement.includes('pgboss_test_clock');

async function startProcess(): Promise<Process> {
  const database: PgBossDatabase = createPgBossDatabase(databaseUrl, systemClock, () => {});
  let isDead = false;
  const executeSql: PgBossDatabase['executeSql'] = (text, values) =>
    isDead && !isOfClock(text) ? Promise.reject(new Error('dead')) : database.executeSql(text, values);
  const killable = { ...database, executeSql, async setSessionStatements() {} }; // the URL sets them
  const boss = await openPgBoss(killable, () => {}, { clock });
  const each = {
    boss,
    die() {
      isDead = true;
    },
    async close() {
      isDead = false;
      await boss.stop({ graceful: false });
      await database.close();
    },
  };
  processes.push(each);
  return each;
}

testScheduler('pg-boss', {
  async createScheduler(tasks, log) {
    const { boss } = await startProcess();
    return createPgScheduler({ boss, tasks, log });
  },
  advance: (ms) => clock.tick(ms),
  passNextRun,
});

/** Starts a process that runs the task. */
async function startScheduling(run: () => Promise<void>) {
  const process = await startProcess();
  const scheduler = createPgScheduler({
    boss: process.boss,
    tasks: [{ name: 'count', run }],
    log: createRecordedLog(),
  });
  await scheduler.start();
  return process;
}

test('runs a task on one of two processes each hour', async () => {
  const run = vi.fn(async () => {});
  await startScheduling(run);
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(1), PATIENCE);
  await startScheduling(run);
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(2), PATIENCE); // at the start of the second one
  await passNextRun();
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(3), PATIENCE);
  await clock.tick(60_000);
  expect(run).toHaveBeenCalledTimes(3);
});

test('starts no run while another process has not ended one', async () => {
  const ending = Promise.withResolvers<void>();
  const [first, second] = [vi.fn(() => ending.promise), vi.fn(async () => {})];
  await startScheduling(first);
  await vi.waitFor(() => expect(first).toHaveBeenCalledTimes(1), PATIENCE);
  await startScheduling(second);
  await passNextRun();
  expect(second).not.toHaveBeenCalled();
  ending.resolve();
  await vi.waitFor(async () => {
    await clock.tick(30_000);
    expect(first.mock.calls.length + second.mock.calls.length).toBe(2);
  }, PATIENCE);
});

test('repeats on another process the run of a process that died', async () => {
  const [first, second] = [vi.fn(() => new Promise<void>(() => {})), vi.fn(async () => {})];
  const dying = await startScheduling(first);
  await vi.waitFor(() => expect(first).toHaveBeenCalledTimes(1), PATIENCE);
  dying.die();
  await startScheduling(second);
  await clock.tick(4 * 60 * 1_000);
  await vi.waitFor(() => expect(second).toHaveBeenCalled(), PATIENCE);
});
