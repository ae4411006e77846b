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
  test.each([pending, processing, completed, failed])('accepts a $status job', (job) => {
    expect(ImageJob.parse(job)).toEqual(job);
  });

  test.each(['9223372036854775807', 'auth0|5f7c8ec7', 'Ada Lovelace', '~'.repeat(128)])(
    'accepts a job of the user %s',
    (user_id) => {
      expect(ImageJob.parse({ ...pending, user_id })).toMatchObject({ user_id });
    },
  );

  test.each(JOB_ERROR_CODES)('accepts a FAILED job with the error code %s', (error_code) => {
    expect(ImageJob.parse({ ...failed, error_code })).toMatchObject({ error_code });
  });

  test.each<[string, object]>([
    ['an unknown status', { ...pending, status: 'QUEUED' }],
    ['queue position 0', { ...pending, queue_position: 0 }],
    ['progress while PENDING', { ...pending, progress: 1 }],
    ['progress 0 while PROCESSING', { ...processing, progress: 0 }],
    ['progress 100 while PROCESSING', { ...processing, progress: 100 }],
    ['an unknown stage', { ...processing, stage: 'uploading' }],
    ['no images when COMPLETED', { ...completed, images: [] }],
    ['no assets when COMPLETED', { ...completed, assets: [] }],
    ['a request error as the error of a job', { ...failed, error_code: 'rate_limited' }],
    ['an unknown charge value', { ...failed, charged: 'maybe' }],
    ['an id that is not a UUID', { ...pending, job_id: '7' }],
    ['a user as a number', { ...pending, user_id: 1 }],
    ['an empty user id', { ...pending, user_id: '' }],
    ['a user id that is not ASCII', { ...pending, user_id: '用户' }],
    ['a time without milliseconds', { ...pending, created_at: '2026-11-22T08:00:00Z' }],
    ['a time with an offset', { ...pending, created_at: '2026-11-22T08:00:00.000+08:00' }],
    ['a request that would not be accepted', { ...pending, request: { ...pending.request, n: 10 } }],
  ])('refuses %s', (_name, job) => {
    expect(ImageJob.safeParse(job).success).toBe(false);
  });

  const [asset] = completed.assets;

  test('accepts the answers of servers that tell neither references, nor arrived images, nor indexes', () => {
    for (const job of [pending, processing, completed, failed]) {
      expect(ImageJob.parse(job)).not.toHaveProperty('reference_urls');
    }
    expect(ImageJob.parse(processing)).not.toHaveProperty('images');
    expect(asset).not.toHaveProperty('index');
  });

  test.each([pending, processing, completed, failed])('may carry links to its references while $status', (job) => {
    const told = { ...job, reference_urls: ['https://images.example/files/r?sig=1', null] };
    expect(ImageJob.parse(told)).toEqual(told);
  });

  test('may carry the images that have arrived while it is PROCESSING, each with its index', () => {
    const arrived = { ...processing, images: [asset?.url], assets: [{ ...asset, index: 2 }] };
    expect(ImageJob.parse(arrived)).toEqual(arrived);
    expect(ImageJob.safeParse({ ...arrived, assets: [asset] }).success).toBe(false);
    const ended = { ...completed, assets: [{ ...asset, index: 2 }] };
    expect(ImageJob.parse(ended)).toEqual(ended);
  });

  test('carries the request of an H3 job', () => {
    const request = { model: 'MiniMax-H3-Image', prompt: 'a lighthouse', n: 1, area: '2K' };
    expect(ImageJob.parse({ ...pending, request })).toMatchObject({ request });
  });

  test('derives the available fields from the status', () => {
    expectTypeOf<Extract<ImageJob, { error_code: unknown }>>().toEqualTypeOf<FailedJob>();
  });

  test('accepts a page with jobs of every status', () => {
    const page = { jobs: [pending, processing, completed, failed], next_cursor: null };
    expect(ImageJobPage.parse(page)).toEqual(page);
  });
});

describe('StatusQuery, ListQuery and JobRef', () => {
  test('defaults wait_seconds to 0', () => {
    expect(StatusQuery.parse({ job_id: 'x' })).toEqual({ job_id: 'x', wait_seconds: 0 });
    expect(StatusQuery.parse({ job_id: 'x', wait_seconds: 25, after_version: 0 })).toMatchObject({ after_version: 0 });
  });

  test.each([{}, { job_id: 7 }, { job_id: 'x', wait_seconds: 25.1 }, { job_id: 'x', wait_seconds: -1 }])(
    'refuses %j as a status query',
    (query) => {
      expect(StatusQuery.safeParse(query).success).toBe(false);
    },
  );

  test.each([{ after_version: -1 }, { after_version: 1.5 }, { wait: 5 }])(
    'refuses a status query with a job id and %j',
    (rest) => {
      expect(StatusQuery.safeParse({ job_id: 'x', ...rest }).success).toBe(false);
    },
  );

  test('defaults the limit of a list to 20', () => {
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
  ])('refuses %j as a list query', (query) => {
    expect(ListQuery.safeParse(query).success).toBe(false);
  });

  test('accepts a job id that is not a UUID, and refuses an unknown key beside it', () => {
    expect(JobRef.parse({ job_id: 'no-uuid' })).toEqual({ job_id: 'no-uuid' });
    expect(JobRef.safeParse({ job_id: 'x', force: true }).success).toBe(false);
  });
});
