import { ImageError } from '@darkroom/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PRESUMED } from '../../src/job/attempt.ts';
import { complete, failCall, hasEnded, startSaving } from '../../src/job/job-state.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import { cancelJob } from '../../src/jobs/cancel-job.ts';
import { deleteJob } from '../../src/jobs/delete-job.ts';
import { expireJobs } from '../../src/jobs/expire-jobs.ts';
import { buildFileTracker } from '../jobs/build-file-tracker.ts';
import { exampleAsset } from '../jobs/example-job.ts';
import { givenPostgres, openPostgresStores } from './open-postgres-stores.ts';
import { openSqliteStores } from './open-sqlite-stores.ts';
import { addJob, newStart, placed, type Stores } from './stores.ts';

const viewer = { user_id: '1', star_id: null };
const GIVEN_UP = { kind: PRESUMED, code: null, message: 'not seen any more', providerText: null };

/** All that can happen to one job between queue and end, performed as in production. */
const EVENTS = ['start', 'answer', 'deadline', 'presumed', 'save', 'cancel', 'cancel', 'expire', 'delete'] as const;
type Event = (typeof EVENTS)[number];

const postgres = givenPostgres();

/** An action after a delete must fail with `job_not_found`. */
function unlessGone(error: unknown): void {
  if (!(error instanceof ImageError && error.code === 'job_not_found')) throw error;
}

test("keeps the first end, the provider's charge, rising versions and no deleted rows in any event order", async () => {
  const stores = await openSqliteStores();
  await befall(stores, stores, 150);
});

test('keeps one end, its charge and rising versions per job while two processes write at the same time', async () => {
  const stores = await openPostgresStores(postgres.url());
  await befall(stores, await openPostgresStores(postgres.url(), stores.clock), 150);
}, 60_000);

async function befall(one: Stores, other: Stores, numRuns: number): Promise<void> {
  const { clock } = one;

  async function live(events: readonly Event[]): Promise<StoredJob[]> {
    const { jobId } = await addJob(one);
    clock.advance(10);
    const seen: StoredJob[] = [];
    const attempts: string[] = [];
    const fileTracker = buildFileTracker(one, { delete: async () => {} });
    let isGone = false;

    function happenings({ jobs }: Stores): Record<Event, () => Promise<unknown>> {
      const [attemptId] = attempts;
      const fail = (job: StoredJob) => failCall(job, 'provider_timeout', 'unknown', clock.now());
      return {
        async start() {
          const outcome = await jobs.startNextCall(newStart());
          if (outcome.kind === 'started') attempts.push(outcome.attempt.attemptId);
        },
        answer: async () =>
          attemptId && jobs.endAttempt(attemptId, { outcome: 'answered' }, startSaving, placed([{ key: 'a' }])),
        deadline: async () => attemptId && jobs.endAttempt(attemptId, { outcome: 'unknown' }, fail),
        presumed: async () => attemptId && jobs.endAttempt(attemptId, { outcome: 'unknown', failure: GIVEN_UP }, fail),
        save: () => jobs.changeJob(jobId, (job) => complete(job, [exampleAsset('a')], clock.now())),
        cancel: () => cancelJob(jobs, viewer, jobId).catch(unlessGone),
        delete: () => deleteJob({ store: jobs, fileTracker }, viewer, jobId).catch(unlessGone),
        expire: () => expireJobs({ store: jobs, queueTtlMs: 0 }),
      };
    }

    // Two at a time, the second without waiting for the first: the transactions must decide.
    for (let next = 0; next < events.length; next += 2) {
      const pair = events.slice(next, next + 2);
      await Promise.all(pair.map((event, index) => happenings(index === 0 ? one : other)[event]()));
      const job = await one.jobs.getJob(jobId);
      if (job) seen.push(job);
      if (isGone || pair.includes('delete')) expect(job).toBeNull();
      isGone ||= job === null;
    }
    if (isGone) expect(await one.jobs.countImages(jobId)).toEqual({ ended: 0, total: 0 });
    await one.jobs.deleteJob(jobId);
    expect(attempts.length).toBeLessThanOrEqual(1);
    return seen;
  }

  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...EVENTS), { minLength: 2, maxLength: 8 }), async (events) => {
      const seen = await live(events);
      for (const [index, after] of seen.entries()) {
        const before = seen[index - 1];
        if (!before) continue;
        expect(after.version).toBeGreaterThanOrEqual(before.version);
        if (!hasEnded(before)) continue;
        expect({ ...after.state, charged: null }).toEqual({ ...before.state, charged: null });
        if ('charged' in before.state && before.state.charged !== 'unknown') expect(after.state).toEqual(before.state);
      }
      const end = seen.at(-1)?.state;
      if (end?.status === 'COMPLETED') expect(end.charged).toBe('yes');
      if (end?.status === 'FAILED' && end.errorCode === 'expired') expect(end.charged).toBe('no');
      if (end?.status === 'FAILED' && !events.includes('start')) expect(end.charged).toBe('no');
    }),
    { numRuns },
  );
}
