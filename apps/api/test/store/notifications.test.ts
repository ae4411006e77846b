import { sql } from 'kysely';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { cancel } from '../../src/job/job-state.ts';
import { createJobWatcher } from '../../src/jobs/watch-job.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { emptyDatabase } from './empty-database.ts';
import { givenPostgres, openPostgresStores } from './open-postgres-stores.ts';
import { addJob, type Stores, startNext, untilTold } from './stores.ts';

const viewer = { user_id: '1', star_id: null };

const postgres = givenPostgres();
let here: Stores;
let elsewhere: Stores;
beforeEach(async () => {
  await emptyDatabase(postgres.url());
  here = await openPostgresStores(postgres.url());
  elsewhere = await openPostgresStores(postgres.url(), here.clock);
});

async function administrate() {
  const { db, close } = await openPostgres(postgres.url(), systemClock);
  onTestFinished(close);
  const here = sql`datname = current_database()`;
  return {
    /** Ends the connections on which other processes LISTEN. */
    disconnect: () =>
      sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${here} AND pid <> pg_backend_pid() AND query ~ '^(LISTEN|SELECT 1)'`.execute(
        db,
      ),
    /** Allows or refuses new connections. */
    letIn: (isOpen: boolean) => sql`UPDATE pg_database SET datallowconn = ${isOpen} WHERE ${here}`.execute(db),
  };
}

test('answers a held poll on a change made by another process', async () => {
  const { jobId } = await addJob(here);
  const query = { job_id: jobId, wait_seconds: 25, after_version: 1 };
  const watched = createJobWatcher({ store: here.jobs, clock: here.clock }).watch(viewer, query);
  const { job } = await startNext(elsewhere);
  expect(await watched).toMatchObject(job);
});

test('delivers changes made while the listening connection was lost', async () => {
  const { disconnect, letIn } = await administrate();
  onTestFinished(() => letIn(true).then(() => {}));
  const { jobId } = await addJob(here);
  await elsewhere.jobs.changeJob(jobId, (job) => job); // by now the connection is open
  await untilTold(here);
  const seen: (string | undefined)[] = [];
  here.jobs.onChange(jobId, async () => seen.push((await here.jobs.getJob(jobId))?.state.status));
  await letIn(false);
  await disconnect();
  await elsewhere.jobs.changeJob(jobId, (job) => cancel(job, 1));
  expect(seen).toEqual([]);
  await letIn(true);
  await vi.waitFor(() => expect(seen).toContain('FAILED'), { interval: 5, timeout: 3_000 });
});

test('subscribes listeners again however often the connection is lost', async () => {
  const { disconnect } = await administrate();
  const { jobId } = await addJob(here);
  let looks = 0;
  here.jobs.onChange(jobId, () => looks++);
  for (let lost = 1; lost <= 3; lost++) {
    await disconnect();
    await vi.waitFor(() => expect(looks).toBeGreaterThanOrEqual(lost), { interval: 5, timeout: 3_000 });
  }
});

test('notifies about a change only after its commit, and not about one that was rolled back', async () => {
  const database = await openPostgres(postgres.url(), systemClock);
  onTestFinished(database.close);
  const { jobId } = await addJob(here);
  await untilTold(here);
  let heard = 0;
  here.jobs.onChange(jobId, () => heard++);
  const undone = database.transact(async (_, announce) => {
    await announce(jobId);
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  await untilTold(here);
  expect(heard).toBe(0);
});
