import { beforeEach, expect, test } from 'vitest';
import { cancel, failCall } from '../../src/job/job-state.ts';
import type { AdmissionLimits, CreateOutcome, NewJob } from '../../src/store/job-store.ts';
import {
  addJob,
  countAttempts,
  NO_LIMITS,
  newJob,
  newUpload,
  type OpenStores,
  type Stores,
  startNext,
} from './stores.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const key = { key: 'tap-1', fingerprint: 'a' };

export function testAdmission(open: OpenStores): void {
  let stores: Stores;
  beforeEach(async () => {
    stores = await open();
  });

  const create = (limits: Partial<AdmissionLimits>, fields: Partial<NewJob> = {}): Promise<CreateOutcome> =>
    stores.jobs.createJob(newJob(fields), { ...NO_LIMITS, ...limits });
  const images = (n: number): NewJob['request'] => ({ ...newJob().request, n });
  /** 3, 7 or 20 units for each image, by area. */
  const h3 = (area: '1K' | '2K' | '4K', n = 1): NewJob['request'] => ({
    ...{ model: 'MiniMax-H3-Image', prompt: 'a lighthouse at dawn' },
    ...{ area, n },
  });
  const refused = (code: string, retryAfterMs: number) => ({ kind: 'refused', refusal: { code, retryAfterMs } });

  test('stores a create as a waiting job', async () => {
    const fields = newJob({ userId: '9223372036854775807', starId: '7', request: images(3) });
    const job = { ...fields, version: 1, createdAt: stores.clock.now(), updatedAt: stores.clock.now() };
    const outcome = await stores.jobs.createJob(fields, NO_LIMITS);
    expect(outcome).toEqual({ kind: 'created', job: { ...job, state: { status: 'PENDING' } } });
    expect(await stores.jobs.getJob(fields.jobId)).toEqual({ ...job, state: { status: 'PENDING' } });
  });

  test('answers a repeated key with the current state of its job', async () => {
    const job = await addJob(stores, { idempotency: key });
    await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
    const repeat = { kind: 'replayed', job: { jobId: job.jobId, version: 2, state: { status: 'FAILED' } } };
    expect(await create({}, { idempotency: key })).toMatchObject(repeat);
    expect(await stores.jobs.findReplay('1', key)).toMatchObject(repeat);
  });

  test('reports a key of another request as a mismatch, and one of a deleted job as gone', async () => {
    const job = await addJob(stores, { idempotency: key });
    const other = { ...key, fingerprint: 'b' };
    expect(await create({}, { idempotency: other })).toEqual({ kind: 'mismatch' });
    expect(await stores.jobs.findReplay('1', other)).toEqual({ kind: 'mismatch' });
    await stores.jobs.deleteJob(job.jobId);
    expect(await create({}, { idempotency: key })).toEqual({ kind: 'gone' });
  });

  test('scopes a key to one user, unknown until it is used', async () => {
    await addJob(stores, { idempotency: key });
    expect(await stores.jobs.findReplay('2', key)).toBeNull();
    expect(await create({}, { userId: '2', idempotency: key })).toMatchObject({ kind: 'created' });
  });

  test('creates one job from fifty simultaneous creates with one key', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => create({}, { idempotency: key })));
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(new Set(outcomes.map((outcome) => ('job' in outcome ? outcome.job.jobId : outcome.kind))).size).toBe(1);
  });

  test('leaves the key of a refused create unused', async () => {
    expect(await create({ queue: 0 }, { idempotency: key })).toMatchObject({ kind: 'refused' });
    expect(await stores.jobs.findReplay('1', key)).toBeNull();
  });

  test('stores the upload of a create together with the job, or neither of them', async () => {
    const [stored, refusedOne] = [newUpload(), newUpload()];
    await create({}, { uploads: [stored] });
    await create({ queue: 0 }, { uploads: [refusedOne] });
    expect(await stores.uploads.getUpload(stored.uploadId)).toMatchObject(stored);
    expect(await stores.uploads.getUpload(refusedOne.uploadId)).toBeNull();
  });

  test('answers rate_limited by creates and uploads of one user in a rolling minute', async () => {
    await create({});
    stores.clock.advance(20_000);
    expect(await countAttempts(stores, '1', 2)).toBeNull();
    const refusal = refused('rate_limited', 40_000);
    expect(await create({ ratePerMinute: 2 })).toEqual(refusal);
    expect(await countAttempts(stores, '1', 2)).toEqual(refusal.refusal);
    expect(await create({ ratePerMinute: 2 }, { userId: '2' })).toMatchObject({ kind: 'created' });
    stores.clock.advance(39_999);
    expect(await create({ ratePerMinute: 2 })).toEqual(refused('rate_limited', 1));
    stores.clock.advance(1);
    expect(await create({ ratePerMinute: 2 })).toMatchObject({ kind: 'created' });
  });

  test('answers quota_exceeded by images in a rolling day, until enough of them leave it', async () => {
    await create({}, { request: images(2) });
    stores.clock.advance(1_000);
    await create({}, { request: images(3) });
    stores.clock.advance(1_000);
    const five = { userDailyImages: 5 };
    expect(await create(five, { request: images(2) })).toEqual(refused('quota_exceeded', DAY_MS - 2_000));
    expect(await create(five, { request: images(3) })).toEqual(refused('quota_exceeded', DAY_MS - 1_000));
    expect(await create(five, { userId: '2', request: images(5) })).toMatchObject({ kind: 'created' });
    stores.clock.advance(DAY_MS - 2_000);
    expect(await create(five, { request: images(3) })).toMatchObject({ kind: 'refused' });
    expect(await create(five, { request: images(2) })).toMatchObject({ kind: 'created' });
  });

  test('accepts creates after the clock was set back, despite creates dated in the future', async () => {
    await addJob(stores, { request: images(5) });
    stores.clock.advance(-30 * 3_600_000);
    expect(await create({ ratePerMinute: 1, userDailyImages: 5 })).toMatchObject({ kind: 'created' });
  });

  test('answers quota_exceeded by the images of all users together, including canceled creates', async () => {
    const job = await addJob(stores, { request: images(4) });
    await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
    const outcome = await create({ dailyImages: 5 }, { userId: '2', request: images(2) });
    expect(outcome).toEqual(refused('quota_exceeded', DAY_MS));
  });

  test('answers quota_exceeded by cost units in a rolling day over all models, until enough of them leave it', async () => {
    await create({}, { request: h3('2K', 2) });
    stores.clock.advance(1_000);
    await create({}, { request: images(9) });
    stores.clock.advance(1_000);
    const limits = { userDailyUnits: 30 };
    expect(await create(limits, { request: images(8) })).toEqual(refused('quota_exceeded', DAY_MS - 2_000));
    expect(await create(limits, { request: h3('2K', 3) })).toEqual(refused('quota_exceeded', DAY_MS - 2_000));
    expect(await create(limits, { request: h3('2K', 4) })).toEqual(refused('quota_exceeded', DAY_MS - 1_000));
    expect(await create(limits, { userId: '2', request: h3('2K', 4) })).toMatchObject({ kind: 'created' });
    expect(await create(limits, { request: images(7) })).toMatchObject({ kind: 'created' });
    stores.clock.advance(DAY_MS - 2_000);
    expect(await create(limits, { request: h3('2K', 3) })).toMatchObject({ kind: 'refused' });
    expect(await create(limits, { request: h3('2K', 2) })).toMatchObject({ kind: 'created' });
  });

  test('answers quota_exceeded by the cost units of all users together, and for a request above the limit itself', async () => {
    const limits = { dailyUnits: 39 };
    expect(await create(limits, { request: h3('4K', 2) })).toEqual(refused('quota_exceeded', DAY_MS));
    await addJob(stores, { request: h3('4K') });
    expect(await create(limits, { userId: '2', request: h3('4K') })).toEqual(refused('quota_exceeded', DAY_MS));
    expect(await create(limits, { userId: '2', request: images(9) })).toMatchObject({ kind: 'created' });
  });

  test('lets simultaneous creates never pass a limit on cost units', async () => {
    for (const limits of [{ userDailyUnits: 30 }, { dailyUnits: 58 }]) {
      const creates = Array.from({ length: 12 }, () => create(limits, { request: h3('2K') }));
      const created = (await Promise.all(creates)).filter(({ kind }) => kind === 'created');
      expect(created).toHaveLength(4);
    }
  });

  test('counts the cost units of a repeated create once', async () => {
    const limits = { userDailyUnits: 14 };
    const repeated = { idempotency: key, request: h3('2K') };
    expect(await create(limits, repeated)).toMatchObject({ kind: 'created' });
    for (let repeat = 0; repeat < 3; repeat++) {
      expect(await create(limits, repeated)).toMatchObject({ kind: 'replayed' });
    }
    expect(await create(limits, { request: h3('2K') })).toMatchObject({ kind: 'created' });
    expect(await create(limits, repeated)).toMatchObject({ kind: 'replayed' });
    expect(await create(limits)).toMatchObject({ kind: 'refused' });
  });

  test('counts a create that the store tries again under its job id once', async () => {
    const again = newJob({ request: h3('2K') });
    for (let tries = 0; tries < 2; tries++) await stores.jobs.createJob(again, { ...NO_LIMITS, userDailyUnits: 14 });
    expect(await create({ userDailyUnits: 14 }, { request: h3('2K') })).toMatchObject({ kind: 'created' });
  });

  test('answers too_many_jobs until one of the jobs ends', async () => {
    await addJob(stores);
    await addJob(stores);
    const { job, attempt } = await startNext(stores);
    expect(await create({ userActive: 2 })).toMatchObject(refused('too_many_jobs', 5_000));
    expect(await create({ userActive: 2 }, { userId: '2' })).toMatchObject({ kind: 'created' });
    await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'failed' }, (current) =>
      failCall(current, 'provider_rejected', 'no', 1),
    );
    expect((await stores.jobs.getJob(job.jobId))?.state.status).toBe('FAILED');
    expect(await create({ userActive: 2 })).toMatchObject({ kind: 'created' });
  });

  test.each(['canceled', 'deleted'])('counts a %s job for too_many_jobs while its call is running', async (how) => {
    await addJob(stores);
    const { job, attempt } = await startNext(stores);
    await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
    if (how === 'deleted') await stores.jobs.deleteJob(job.jobId);
    expect(await create({ userActive: 1 })).toMatchObject(refused('too_many_jobs', 5_000));
    await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'unknown' }, () => null);
    expect(await create({ userActive: 1 })).toMatchObject({ kind: 'created' });
  });

  test('answers queue_full by the number of jobs and by the expected wait', async () => {
    await addJob(stores);
    await addJob(stores);
    expect(await create({ queue: 2 })).toEqual(refused('queue_full', 5_000));
    const slow = { queueTtlMs: 10_000, estimateWaitMs: (waiting: number) => waiting * 6_000 };
    expect(await create(slow)).toEqual(refused('queue_full', 6_000));
    expect(await create({ ...slow, estimateWaitMs: () => 45_000 })).toEqual(refused('queue_full', 35_000));
    expect(await create({ ...slow, queueTtlMs: 12_000 })).toMatchObject({ kind: 'created' });
  });

  test('counts a refused create towards no limit', async () => {
    await create({ queue: 0 }, { request: images(9) });
    const limits = { ratePerMinute: 1, userDailyImages: 9, userDailyUnits: 9 };
    expect(await create(limits, { request: images(9) })).toMatchObject({ kind: 'created' });
  });

  test('checks the key, the rate limit, the quotas, the active jobs and the queue in this create', async () => {
    await addJob(stores, { idempotency: key, request: images(9) });
    const none: Partial<AdmissionLimits> = { queue: 1 };
    const codeOf = async (limits: Partial<AdmissionLimits>) => {
      const outcome = await create(limits);
      return outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind;
    };
    expect(await codeOf(none)).toBe('queue_full');
    expect(await codeOf(Object.assign(none, { userActive: 1 }))).toBe('too_many_jobs');
    expect(await codeOf({ ...none, dailyUnits: 9 })).toBe('quota_exceeded');
    expect(await codeOf(Object.assign(none, { dailyImages: 9 }))).toBe('quota_exceeded');
    expect(await codeOf(Object.assign(none, { ratePerMinute: 1 }))).toBe('rate_limited');
    expect(await create(none, { idempotency: key })).toMatchObject({ kind: 'replayed' });
    expect(await create(none, { idempotency: { ...key, fingerprint: 'b' } })).toEqual({ kind: 'mismatch' });
  });
}
