import { beforeEach, expect, test } from 'vitest';
import { cancel, failCall } from '../../src/job/job-state.ts';
import type { AdmissionLimits, CreateOutcome, NewJob } from '../../src/store/job-store.ts';
import { addJob, NO_LIMITS, newJob, newUpload, type OpenStores, type Stores, startNext } from './stores.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const key = { key: 'tap-1', fingerprint: 'a' };

export function testAdmission(open: OpenStores): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await open();
  });

  const order = (limits: Partial<AdmissionLimits>, fields: Partial<NewJob> = {}): Promise<CreateOutcome> =>
    stores.jobs.createJob(newJob(fields), { ...NO_LIMITS, ...limits });
  const images = (n: number): NewJob['request'] => ({ ...newJob().request, n });
  const refused = (code: string, retryAfterMs: number) => ({ kind: 'refused', refusal: { code, retryAfterMs } });

  test('an order becomes a waiting job', async () => {
    const fields = newJob({ userId: '9223372036854775807', starId: '7', request: images(3) });
    const job = { ...fields, version: 1, createdAt: stores.clock.now(), updatedAt: stores.clock.now() };
    const outcome = await stores.jobs.createJob(fields, NO_LIMITS);
    expect(outcome).toEqual({ kind: 'created', job: { ...job, state: { status: 'PENDING' } } });
    expect(await stores.jobs.getJob(fields.jobId)).toEqual({ ...job, state: { status: 'PENDING' } });
  });

  test('a repeat of a key answers with the job as it is now', async () => {
    const job = await addJob(stores, { idempotency: key });
    await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
    const repeat = { kind: 'replayed', job: { jobId: job.jobId, version: 2, state: { status: 'FAILED' } } };
    expect(await order({}, { idempotency: key })).toMatchObject(repeat);
    expect(await stores.jobs.findReplay('1', key)).toMatchObject(repeat);
  });

  test('a key used for another order is a mismatch, and one whose job was deleted is gone', async () => {
    const job = await addJob(stores, { idempotency: key });
    const other = { ...key, fingerprint: 'b' };
    expect(await order({}, { idempotency: other })).toEqual({ kind: 'mismatch' });
    expect(await stores.jobs.findReplay('1', other)).toEqual({ kind: 'mismatch' });
    await stores.jobs.deleteJob(job.jobId);
    expect(await order({}, { idempotency: key })).toEqual({ kind: 'gone' });
  });

  test('a key is of one user, and unknown until it is used', async () => {
    await addJob(stores, { idempotency: key });
    expect(await stores.jobs.findReplay('2', key)).toBeNull();
    expect(await order({}, { userId: '2', idempotency: key })).toMatchObject({ kind: 'created' });
  });

  test('fifty orders with one key at once are one job', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => order({}, { idempotency: key })));
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(new Set(outcomes.map((outcome) => ('job' in outcome ? outcome.job.jobId : outcome.kind))).size).toBe(1);
  });

  test('a key of a refused order is free', async () => {
    expect(await order({ queue: 0 }, { idempotency: key })).toMatchObject({ kind: 'refused' });
    expect(await stores.jobs.findReplay('1', key)).toBeNull();
  });

  test('the upload of an order comes with the job, or stays out with it', async () => {
    const [kept, refusedOne] = [newUpload(), newUpload()];
    await order({}, { upload: kept });
    await order({ queue: 0 }, { upload: refusedOne });
    expect(await stores.uploads.getUpload(kept.uploadId)).toMatchObject(kept);
    expect(await stores.uploads.getUpload(refusedOne.uploadId)).toBeNull();
  });

  test('rate_limited: orders and uploads of one user in a rolling minute', async () => {
    await order({});
    stores.clock.advance(20_000);
    expect(await stores.uploads.countAttempt('1', 2)).toMatchObject({ kind: 'counted' });
    const refusal = refused('rate_limited', 40_000);
    expect(await order({ ratePerMinute: 2 })).toEqual(refusal);
    expect(await stores.uploads.countAttempt('1', 2)).toEqual(refusal);
    expect(await order({ ratePerMinute: 2 }, { userId: '2' })).toMatchObject({ kind: 'created' });
    stores.clock.advance(39_999);
    expect(await order({ ratePerMinute: 2 })).toEqual(refused('rate_limited', 1));
    stores.clock.advance(1);
    expect(await order({ ratePerMinute: 2 })).toMatchObject({ kind: 'created' });
  });

  test('quota_exceeded: images in a rolling day, until enough of them leave it', async () => {
    await order({}, { request: images(2) });
    stores.clock.advance(1_000);
    await order({}, { request: images(3) });
    stores.clock.advance(1_000);
    const five = { userDailyImages: 5 };
    expect(await order(five, { request: images(2) })).toEqual(refused('quota_exceeded', DAY_MS - 2_000));
    expect(await order(five, { request: images(3) })).toEqual(refused('quota_exceeded', DAY_MS - 1_000));
    expect(await order(five, { userId: '2', request: images(5) })).toMatchObject({ kind: 'created' });
    stores.clock.advance(DAY_MS - 2_000);
    expect(await order(five, { request: images(3) })).toMatchObject({ kind: 'refused' });
    expect(await order(five, { request: images(2) })).toMatchObject({ kind: 'created' });
  });

  test('orders of a clock that was set back since keep nobody from ordering', async () => {
    await addJob(stores, { request: images(5) });
    stores.clock.advance(-30 * 3_600_000);
    expect(await order({ ratePerMinute: 1, userDailyImages: 5 })).toMatchObject({ kind: 'created' });
  });

  test('quota_exceeded: all users together, and canceled orders count', async () => {
    const job = await addJob(stores, { request: images(4) });
    await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
    const outcome = await order({ dailyImages: 5 }, { userId: '2', request: images(2) });
    expect(outcome).toEqual(refused('quota_exceeded', DAY_MS));
  });

  test('too_many_jobs: until one of them ends', async () => {
    await addJob(stores);
    await addJob(stores);
    const { job, attempt } = await startNext(stores);
    expect(await order({ userActive: 2 })).toMatchObject(refused('too_many_jobs', 5_000));
    expect(await order({ userActive: 2 }, { userId: '2' })).toMatchObject({ kind: 'created' });
    await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'failed' }, (current) =>
      failCall(current, 'provider_rejected', 'no', 1),
    );
    expect((await stores.jobs.getJob(job.jobId))?.state.status).toBe('FAILED');
    expect(await order({ userActive: 2 })).toMatchObject({ kind: 'created' });
  });

  test.each(['canceled', 'deleted'])('too_many_jobs: a %s job counts while its paid call runs', async (how) => {
    await addJob(stores);
    const { job, attempt } = await startNext(stores);
    await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
    if (how === 'deleted') await stores.jobs.deleteJob(job.jobId);
    expect(await order({ userActive: 1 })).toMatchObject(refused('too_many_jobs', 5_000));
    await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'unknown' }, () => null);
    expect(await order({ userActive: 1 })).toMatchObject({ kind: 'created' });
  });

  test('queue_full: by number, and by the wait that is to be expected', async () => {
    await addJob(stores);
    await addJob(stores);
    expect(await order({ queue: 2 })).toEqual(refused('queue_full', 5_000));
    const slow = { queueTtlMs: 10_000, estimateWaitMs: (waiting: number) => waiting * 6_000 };
    expect(await order(slow)).toEqual(refused('queue_full', 6_000));
    expect(await order({ ...slow, estimateWaitMs: () => 45_000 })).toEqual(refused('queue_full', 35_000));
    expect(await order({ ...slow, queueTtlMs: 12_000 })).toMatchObject({ kind: 'created' });
  });

  test('a refused order counts towards nothing', async () => {
    await order({ queue: 0 }, { request: images(9) });
    expect(await order({ ratePerMinute: 1, userDailyImages: 9 }, { request: images(9) })).toMatchObject({
      kind: 'created',
    });
  });

  test('refuses in the order that was promised', async () => {
    await addJob(stores, { idempotency: key, request: images(9) });
    const none: Partial<AdmissionLimits> = { queue: 1 };
    const codeOf = async (limits: Partial<AdmissionLimits>) => {
      const outcome = await order(limits);
      return outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind;
    };
    expect(await codeOf(none)).toBe('queue_full');
    expect(await codeOf(Object.assign(none, { userActive: 1 }))).toBe('too_many_jobs');
    expect(await codeOf(Object.assign(none, { dailyImages: 9 }))).toBe('quota_exceeded');
    expect(await codeOf(Object.assign(none, { ratePerMinute: 1 }))).toBe('rate_limited');
    expect(await order(none, { idempotency: key })).toMatchObject({ kind: 'replayed' });
    expect(await order(none, { idempotency: { ...key, fingerprint: 'b' } })).toEqual({ kind: 'mismatch' });
  });
}
