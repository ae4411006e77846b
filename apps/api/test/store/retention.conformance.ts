import { beforeEach, expect, test } from 'vitest';
import type { AttemptEnd } from '../../src/job/attempt.ts';
import { cancel, failCall, failSaving } from '../../src/job/job-state.ts';
import { exampleAsset } from '../jobs/example-job.ts';
import {
  addJob,
  addSavingJob,
  NO_LIMITS,
  newJob,
  newUpload,
  type OpenStores,
  requestWith,
  type Stores,
  startNext,
} from './stores.ts';

const key = { key: 'tap-1', fingerprint: 'a' };
/** A call refused by the provider with a text that repeats the prompt. */
const REFUSED: AttemptEnd = {
  outcome: 'failed',
  failure: { kind: 'rejected', code: 1026, message: 'refused', providerText: 'not allowed: a lighthouse at dawn' },
};

export function testRetention(open: OpenStores): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await open();
  });

  test('finds jobs that ended before a given time, never running ones', async () => {
    const ended = await addJob(stores);
    await addJob(stores);
    await stores.jobs.changeJob(ended.jobId, (job) => cancel(job, 1_000));
    expect(await stores.retention.endedBefore(1_000)).toEqual([]);
    expect(await stores.retention.endedBefore(1_001)).toEqual([ended.jobId]);
  });

  test('removes uploads by age, and keeps them while a job references them', async () => {
    const [loose, named, young] = [newUpload(), newUpload(), newUpload()];
    await stores.uploads.createUpload(loose, 0);
    await stores.uploads.createUpload(named, 0);
    const job = await addJob(stores, { request: requestWith(named.uploadId) });
    stores.clock.advance(1_000);
    await stores.uploads.createUpload(young, 0);
    expect(await stores.retention.deleteUploadsBefore(stores.clock.now())).toEqual([loose.key]);
    expect(await stores.uploads.getUpload(loose.uploadId)).toBeNull();
    expect(await stores.uploads.getUpload(named.uploadId)).not.toBeNull();
    expect(await stores.jobs.deleteJob(job.jobId)).toEqual([named.key]);
  });

  test('removes keys and counted creates by their own ages', async () => {
    const { createdAt } = await addJob(stores, { idempotency: key });
    const full = { ...NO_LIMITS, dailyImages: 1 };
    await stores.retention.deleteExpired({ keys: createdAt, usageEvents: createdAt });
    expect(await stores.jobs.findReplay('1', key)).toMatchObject({ kind: 'replayed' });
    expect(await stores.jobs.createJob(newJob(), full)).toMatchObject({ kind: 'refused' });
    await stores.retention.deleteExpired({ keys: createdAt + 1, usageEvents: createdAt });
    expect(await stores.jobs.findReplay('1', key)).toBeNull();
    expect(await stores.jobs.createJob(newJob(), full)).toMatchObject({ kind: 'refused' });
    await stores.retention.deleteExpired({ keys: 0, usageEvents: createdAt + 1 });
    expect(await stores.jobs.createJob(newJob(), full)).toMatchObject({ kind: 'created' });
  });

  test.each(['before', 'after'] as const)(
    'keeps no text of a call that failed %s its job was deleted',
    async (when) => {
      const { jobId } = await addJob(stores);
      const { attempt } = await startNext(stores);
      const fail = () =>
        stores.jobs.endAttempt(attempt.attemptId, REFUSED, (job) => failCall(job, 'content_rejected', 'no', 1_000));
      if (when === 'before') {
        await fail();
        expect(await stores.readAttempts()).toMatchObject([{ failure_message: REFUSED.failure?.providerText }]);
      }
      await stores.jobs.deleteJob(jobId);
      if (when === 'after') await fail();
      expect(await stores.readAttempts()).toEqual([
        { attempt_id: attempt.attemptId, failure_kind: 'rejected', failure_message: null },
      ]);
    },
  );

  test('removes ended attempts of jobs that are gone', async () => {
    const refuse = async () => {
      const { jobId } = await addJob(stores);
      const { attempt } = await startNext(stores);
      await stores.jobs.endAttempt(attempt.attemptId, REFUSED, (job) => failCall(job, 'content_rejected', 'no', 1_000));
      return { jobId, attemptId: attempt.attemptId };
    };
    const [gone, retained] = [await refuse(), await refuse()];
    await addJob(stores);
    const { job, attempt: open } = await startNext(stores);
    for (const jobId of [gone.jobId, job.jobId]) await stores.jobs.deleteJob(jobId);
    const { deleteAttemptsBefore } = stores.retention;
    expect(await deleteAttemptsBefore(stores.clock.now())).toBe(0);
    expect(await deleteAttemptsBefore(stores.clock.now() + 1)).toBe(1);
    const ids = (await stores.readAttempts()).map((attempt) => attempt.attempt_id);
    expect(new Set(ids)).toEqual(new Set([retained.attemptId, open.attemptId]));
    expect(await stores.jobs.recentCalls('image-01', 0)).toMatchObject({ open: 1 });
  });

  test('keeps the attempts that estimates are based on, however old', async () => {
    for (let call = 1; call <= 30; call++) {
      const { jobId } = await addJob(stores);
      const { attempt } = await startNext(stores);
      stores.clock.advance(call);
      await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'answered' }, (job) =>
        failCall(job, 'no_images', 'unknown', 1),
      );
      await stores.jobs.deleteJob(jobId);
    }
    const estimatedFrom = await stores.jobs.answeredCalls('image-01');
    stores.clock.advance(1);
    expect(await stores.retention.deleteAttemptsBefore(stores.clock.now())).toBe(10);
    expect(await stores.jobs.answeredCalls('image-01')).toEqual(estimatedFrom);
  });

  test('separates files that a row references from those that none does', async () => {
    const upload = newUpload();
    await stores.uploads.createUpload(upload, 0);
    const { jobId } = await addSavingJob(stores, [{ url: 'http://a' }, { url: 'http://b' }]);
    const asset = `${jobId}-0.jpg`;
    await stores.jobs.endImage(jobId, 0, exampleAsset(asset));
    await stores.jobs.changeJob(jobId, (job) => failSaving(job, 'internal', 1_000));
    const orphans = [`${jobId}-1.jpg`, `${newJob().jobId}-0.jpg`, 'x', newUpload().key];
    expect(await stores.retention.unknownKeys([upload.key, asset, ...orphans])).toEqual(orphans);
    expect(await stores.retention.unknownKeys([])).toEqual([]);
  });

  test('does not report a file of a running job as unreferenced, because its row may follow', async () => {
    const { jobId } = await addSavingJob(stores, [{ url: 'http://a' }]);
    expect(await stores.retention.unknownKeys([`${jobId}-0.jpg`])).toEqual([]);
  });
}
