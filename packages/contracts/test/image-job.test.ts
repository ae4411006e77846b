import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  type FailedJob,
  ImageJob,
  ImageJobPage,
  JOB_ERROR_CODES,
  JobRef,
  ListQuery,
  StatusQuery,
} from '../src/index.ts';
import { completed, failed, pending, processing } from './example-jobs.ts';

describe('ImageJob', () => {
  test.each([pending, processing, completed, failed])('$status', (job) => {
    expect(ImageJob.parse(job)).toEqual(job);
  });

  test.each(['9223372036854775807', 'auth0|5f7c8ec7', 'Ada Lovelace', '~'.repeat(128)])('of the user %s', (user_id) => {
    expect(ImageJob.parse({ ...pending, user_id })).toMatchObject({ user_id });
  });

  test.each(JOB_ERROR_CODES)('FAILED: %s', (error_code) => {
    expect(ImageJob.parse({ ...failed, error_code })).toMatchObject({ error_code });
  });

  test.each<[string, object]>([
    ['an unknown status', { ...pending, status: 'QUEUED' }],
    ['place 0', { ...pending, queue_position: 0 }],
    ['progress before the start', { ...pending, progress: 1 }],
    ['no progress while working', { ...processing, progress: 0 }],
    ['all progress while working', { ...processing, progress: 100 }],
    ['an unknown stage', { ...processing, stage: 'uploading' }],
    ['no pictures at the end', { ...completed, images: [] }],
    ['no assets at the end', { ...completed, assets: [] }],
    ['a failure of a request', { ...failed, error_code: 'rate_limited' }],
    ['a charge that is no answer', { ...failed, charged: 'maybe' }],
    ['an id that is no UUID', { ...pending, job_id: '7' }],
    ['a user as a number', { ...pending, user_id: 1 }],
    ['a user without a name', { ...pending, user_id: '' }],
    ['a user whose name is not ASCII', { ...pending, user_id: '用户' }],
    ['a time without milliseconds', { ...pending, created_at: '2026-11-22T08:00:00Z' }],
    ['a time elsewhere', { ...pending, created_at: '2026-11-22T08:00:00.000+08:00' }],
    ['an order that would not be accepted', { ...pending, request: { ...pending.request, n: 10 } }],
  ])('not %s', (_name, job) => {
    expect(ImageJob.safeParse(job).success).toBe(false);
  });

  test('the status decides which fields there are', () => {
    expectTypeOf<Extract<ImageJob, { error_code: unknown }>>().toEqualTypeOf<FailedJob>();
  });

  test('a page of every kind', () => {
    const page = { jobs: [pending, processing, completed, failed], next_cursor: null };
    expect(ImageJobPage.parse(page)).toEqual(page);
  });
});

describe('queries', () => {
  test('status is answered at once unless told to wait', () => {
    expect(StatusQuery.parse({ job_id: 'x' })).toEqual({ job_id: 'x', wait_seconds: 0 });
    expect(StatusQuery.parse({ job_id: 'x', wait_seconds: 25, after_version: 0 })).toMatchObject({ after_version: 0 });
  });

  test.each([{}, { job_id: 7 }, { job_id: 'x', wait_seconds: 25.1 }, { job_id: 'x', wait_seconds: -1 }])(
    'not %j',
    (query) => {
      expect(StatusQuery.safeParse(query).success).toBe(false);
    },
  );

  test.each([{ after_version: -1 }, { after_version: 1.5 }, { wait: 5 }])('not a job and %j', (rest) => {
    expect(StatusQuery.safeParse({ job_id: 'x', ...rest }).success).toBe(false);
  });

  test('a list has 20 unless told otherwise', () => {
    expect(ListQuery.parse({})).toEqual({ limit: 20 });
    const query = { limit: 100, cursor: 'c', status: 'FAILED', star_id: '9223372036854775807' };
    expect(ListQuery.parse(query)).toEqual(query);
  });

  test.each([
    { limit: 0 },
    { limit: 101 },
    { limit: 1.5 },
    { limit: '20' },
    { cursor: '' },
    { cursor: 'c'.repeat(201) },
    { status: 'DONE' },
    { star_id: 1 },
    { star_id: '-1' },
    { star_id: '1e3' },
    { star_id: '9223372036854775808' },
    { star_id: '99999999999999999999' },
    { offset: 3 },
  ])('not a list by %j', (query) => {
    expect(ListQuery.safeParse(query).success).toBe(false);
  });

  test('an id that cannot exist is still asked for, and one key too many is not', () => {
    expect(JobRef.parse({ job_id: 'no-uuid' })).toEqual({ job_id: 'no-uuid' });
    expect(JobRef.safeParse({ job_id: 'x', force: true }).success).toBe(false);
  });
});
