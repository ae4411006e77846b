import { beforeEach, describe, expect, test } from 'vitest';
import { PRESUMED } from '../../src/job/attempt.ts';
import { cancel, failCall, startSaving, waitForRetry } from '../../src/job/job-state.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import { addJob, addSavingJob, newStart, type OpenStores, placed, type Stores, startNext, WORKER } from './stores.ts';

const PRESUMED_END = {
  outcome: 'unknown',
  failure: { kind: PRESUMED, code: null, message: 'given up', providerText: null },
} as const;
const ANSWERED = { outcome: 'answered', traceId: 't', responseId: 'r' } as const;
const giveUp = (job: StoredJob) => failCall(job, 'outcome_unknown', 'unknown', 1);

/** Which worker owns a call, and what happens to the calls of lost workers, however the loss is detected. */
export function testWorkers(open: OpenStores): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await open();
  });

  test('attributes a call to its own worker', async () => {
    await addJob(stores);
    const { attempt, job } = await startNext(stores);
    const call = { attemptId: attempt.attemptId, jobId: job.jobId };
    expect(await stores.workers.openAttempts(WORKER)).toEqual([{ ...call, worker: 'self' }]);
  });

  test('returns the same reservation again when its commit was not confirmed, and no other', async () => {
    await addJob(stores);
    await addJob(stores);
    const wish = newStart();
    const first = await stores.jobs.startNextCall(wish);
    expect(await stores.jobs.startNextCall(wish)).toMatchObject(first);
    expect(await stores.workers.openAttempts(WORKER)).toHaveLength(1);
  });

  test('leaves a saving job to the worker that has its answer', async () => {
    const { jobId } = await addSavingJob(stores, [{ url: 'http://a' }]);
    await addJob(stores);
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([jobId]);
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([jobId]);
  });

  describe('a call whose worker was given up', () => {
    async function addGivenUp(): Promise<{ jobId: string; attemptId: string }> {
      await addJob(stores);
      const { job, attempt } = await startNext(stores);
      await stores.jobs.endAttempt(attempt.attemptId, PRESUMED_END, giveUp);
      return { jobId: job.jobId, attemptId: attempt.attemptId };
    }

    test('is ended once: another presumed outcome changes nothing', async () => {
      const { jobId, attemptId } = await addGivenUp();
      const job = await stores.jobs.getJob(jobId);
      expect(job?.state).toMatchObject({ errorCode: 'outcome_unknown', charged: 'unknown' });
      await stores.jobs.endAttempt(attemptId, PRESUMED_END, () => {
        throw new Error('asked again');
      });
      expect(await stores.jobs.getJob(jobId)).toEqual(job);
      expect(await stores.workers.openAttempts(WORKER)).toEqual([]);
    });

    test('gets its charge from a late answer, which changes nothing else that clients see', async () => {
      const { jobId, attemptId } = await addGivenUp();
      const after = await stores.jobs.endAttempt(attemptId, ANSWERED, startSaving, placed([{ url: 'http://a' }]));
      expect(after).toMatchObject({ version: 4, state: { errorCode: 'outcome_unknown', charged: 'yes' } });
      expect(await stores.jobs.getImages(jobId)).toMatchObject({ responseId: 'r' });
      expect(await stores.workers.adoptSaving(WORKER)).toEqual([]);
    });

    test('becomes uncharged when a late outcome says that it was not accepted, and is not retried', async () => {
      const { attemptId } = await addGivenUp();
      const repeat = (job: StoredJob) => waitForRetry(job, { retryAt: 0, progressFrom: 1 });
      const after = await stores.jobs.endAttempt(attemptId, { outcome: 'not_taken' }, repeat);
      expect(after?.state).toMatchObject({ status: 'FAILED', charged: 'no' });
      expect(await stores.jobs.startNextCall(newStart())).toMatchObject({ kind: 'idle' });
    });

    test('has one real end, after which nothing changes it', async () => {
      const { jobId, attemptId } = await addGivenUp();
      const after = await stores.jobs.endAttempt(attemptId, ANSWERED, startSaving);
      await stores.jobs.endAttempt(attemptId, PRESUMED_END, giveUp);
      await stores.jobs.endAttempt(attemptId, { outcome: 'failed' }, (job) => failCall(job, 'internal', 'no', 1));
      expect(await stores.jobs.getJob(jobId)).toEqual(after);
    });

    test('leaves a job unchanged that its user had canceled', async () => {
      await addJob(stores);
      const { job, attempt } = await startNext(stores);
      const canceled = await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
      expect(await stores.jobs.endAttempt(attempt.attemptId, PRESUMED_END, giveUp)).toEqual(canceled);
    });
  });
}
