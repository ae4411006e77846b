import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type CreateImage, MODELS, REFERENCES_TOTAL_BYTES_MAX, referencesOf, type Viewer } from '@darkroom/contracts';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import sharp from 'sharp';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import { createEstimates } from '../../src/job/estimate.ts';
import { createCreateJob } from '../../src/jobs/create-job.ts';
import { createUserMutex } from '../../src/jobs/user-mutex.ts';
import { buildImageProcessor } from '../images/build-image-processor.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { NO_LIMITS, newUpload, requestWith, type Stores, slots } from '../store/stores.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { buildFileTracker } from './build-file-tracker.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const viewer: Viewer = { user_id: '1', star_id: '9' };
const request: CreateImage = { model: 'image-01', prompt: 'a lighthouse at dawn', n: 2 };
const withReference = (image_file: string): CreateImage => ({
  ...request,
  subject_reference: [{ type: 'character', image_file }],
});

let stores: Stores;
let dir: string;
let wakes: number;
let deps: Parameters<typeof createCreateJob>[0];

beforeEach(async () => {
  stores = await openSqliteStores();
  dir = path.join(await temporaryFolder(), 'files');
  wakes = 0;
  const files = await createLocalFileStore({ dir, clock: systemClock });
  deps = {
    store: stores.jobs,
    uploads: stores.uploads,
    files,
    fileTracker: buildFileTracker(stores, files),
    imageProcessor: buildImageProcessor(),
    queues: { wake: () => wakes++ },
    estimates: createEstimates({
      store: stores.jobs,
      countSlots: async () => 4,
      rpm: slots(0),
      clock: stores.clock,
    }),
    limits: NO_LIMITS,
    models: MODELS,
    runExclusive: createUserMutex(),
    clock: stores.clock,
    isDraining: () => false,
  };
});

const create = (input: CreateImage, key?: string) => createCreateJob(deps)(viewer, input, { idempotency_key: key });
const photographUrl = async () => `data:image/jpeg;base64,${(await readPhoto('rocket.jpg')).toString('base64')}`;
const keptFiles = async () => (await readdir(dir, { recursive: true })).filter((name) => name.includes('-upload.'));

test('writes the job to disk and wakes the queue before it answers', async () => {
  const job = await create(request);
  expect(job).toMatchObject({ userId: '1', starId: '9', request, state: { status: 'PENDING' } });
  expect(await stores.jobs.getJob(job.jobId)).toEqual(job);
  expect(wakes).toBe(1);
});

describe('an idempotency key', () => {
  test('creates one job and one upload when it is sent fifty times at once', async () => {
    const photo = await photographUrl();
    const jobs = await Promise.all(
      Array.from({ length: 50 }, (_, index) => create(index < 4 ? withReference(photo) : request, `tap-${index < 4}`)),
    );
    expect(new Set(jobs.map(({ jobId }) => jobId)).size).toBe(2);
    expect(await keptFiles()).toHaveLength(1);
    expect(wakes).toBe(2);
  });

  test('is compared by the values of the request, not by its notation', async () => {
    const job = await create({ ...request, aspect_ratio: '1:1', seed: 5 }, 'tap');
    await expect(create({ ...request, aspect_ratio: '1:1', seed: 6 }, 'tap')).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    });
    expect((await create({ ...request, aspect_ratio: '1:1', seed: 5 }, 'tap')).jobId).toBe(job.jobId);
  });

  test('is answered before any limit, during a drain, and after its upload is gone', async () => {
    const upload = newUpload();
    await stores.uploads.createUpload(upload, 0);
    const job = await create(withReference(`upload://${upload.uploadId}`), 'tap');
    stores.clock.advance(8 * DAY_MS);
    deps.isDraining = () => true;
    deps.limits = { ...NO_LIMITS, queue: 0, ratePerMinute: 1 };
    expect((await create(withReference(`upload://${upload.uploadId}`), 'tap')).jobId).toBe(job.jobId);
  });

  test('creates no new job when it is that of a deleted one', async () => {
    const { jobId } = await create(request, 'tap');
    await stores.jobs.deleteJob(jobId);
    await expect(create(request, 'tap')).rejects.toMatchObject({ code: 'job_not_found' });
    expect(await stores.jobs.longestWaitMs()).toBeNull();
  });
});

test('refuses a create during a drain with a Retry-After', async () => {
  deps.isDraining = () => true;
  await expect(create(request)).rejects.toMatchObject({ code: 'draining', retryAfterMs: 5_000 });
  expect(await stores.jobs.longestWaitMs()).toBeNull();
});

test('refuses a create beyond a limit with the time to wait', async () => {
  deps.limits = { ...NO_LIMITS, ratePerMinute: 1 };
  await create(request);
  await expect(create(request)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 60_000 });
  expect(wakes).toBe(1);
});

describe('a data URL', () => {
  test.each([
    ['rocket.jpg', 'image/jpeg'],
    ['chelsea.png', 'image/png'],
  ] as const)('is stored as an upload that the job references: %s as %s', async (name, type) => {
    const job = await create(withReference(`data:${type};base64,${(await readPhoto(name)).toString('base64')}`));
    const imageFile = referencesOf(job.request)[0]?.image_file ?? '';
    expect(imageFile).toMatch(/^upload:\/\/[0-9a-f-]{36}$/);
    const upload = await stores.uploads.getUpload(imageFile.slice('upload://'.length));
    expect(upload).toMatchObject({ userId: '1', contentType: 'image/jpeg' });
    expect(await deps.files.read(upload?.key ?? '')).toHaveLength(upload?.bytes ?? 0);
    expect(await stores.jobs.deleteJob(job.jobId)).toEqual([upload?.key]);
  });

  test('is refused with the name of its field when it cannot be decoded', async () => {
    const broken = (await readPhoto('rocket.jpg')).subarray(0, 300).toString('base64');
    await expect(create(withReference(`data:image/jpeg;base64,${broken}`))).rejects.toMatchObject({
      code: 'invalid_request',
      issues: [{ path: ['subject_reference', 0, 'image_file'] }],
    });
    expect(await keptFiles()).toEqual([]);
  });

  test('is not decoded beyond the rate limit, unless its key already has a job', async () => {
    const prepareUpload = vi.spyOn(deps.imageProcessor, 'prepareUpload');
    deps.limits = { ...NO_LIMITS, ratePerMinute: 1 };
    const photo = await photographUrl();
    const { jobId } = await create(withReference(photo), 'tap');
    stores.clock.advance(20_000);
    await expect(create(withReference(photo))).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 40_000 });
    expect((await create(withReference(photo), 'tap')).jobId).toBe(jobId);
    expect(prepareUpload).toHaveBeenCalledOnce();
  });

  test('is decoded no more often than the rate limit allows for simultaneous creates', async () => {
    const prepareUpload = vi.spyOn(deps.imageProcessor, 'prepareUpload');
    deps.limits = { ...NO_LIMITS, ratePerMinute: 2 };
    const createJob = createCreateJob(deps);
    const referring = withReference(await photographUrl());
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => createJob(viewer, referring, {})));
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled'],
      ...['rejected', 'rejected', 'rejected', 'rejected'],
    ]);
    expect(prepareUpload).toHaveBeenCalledTimes(2);
  });

  test('counts towards the rate limit even when it cannot be decoded', async () => {
    deps.limits = { ...NO_LIMITS, ratePerMinute: 1 };
    const broken = (await readPhoto('rocket.jpg')).subarray(0, 300).toString('base64');
    const referring = withReference(`data:image/jpeg;base64,${broken}`);
    await expect(create(referring)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(create(referring)).rejects.toMatchObject({ code: 'rate_limited' });
  });

  test('is refused beyond the upload bytes of one user, and leaves no file behind', async () => {
    deps.limits = { ...NO_LIMITS, userUploadBytes: 1_000 };
    await expect(create(withReference(await photographUrl()))).rejects.toMatchObject({
      code: 'quota_exceeded',
      issues: [{ path: ['subject_reference', 0, 'image_file'], reason: 'upload_space_full' }],
    });
    expect(await keptFiles()).toEqual([]);
  });

  test('leaves no file behind when its create is refused', async () => {
    deps.limits = { ...NO_LIMITS, queue: 0 };
    const photo = await photographUrl();
    await expect(create(withReference(photo))).rejects.toMatchObject({ code: 'queue_full' });
    expect(await keptFiles()).toEqual([]);
  });

  test('answers `unavailable` and creates no job when the disk rejects it', async () => {
    deps.files = { ...deps.files, put: vi.fn().mockRejectedValue(new Error('ENOSPC')) };
    const photo = await photographUrl();
    await expect(create(withReference(photo))).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 5_000 });
    expect(await stores.jobs.longestWaitMs()).toBeNull();
  });
});

describe('several references of one request', () => {
  const withReferences = (...imageFiles: string[]): CreateImage => ({
    ...{ model: 'MiniMax-H3-Image', prompt: 'image 1 beside image 2', n: 1, area: '2K' },
    references: imageFiles.map((image_file) => ({ image_file })),
  });
  const addUpload = async (fields: Parameters<typeof newUpload>[0] = {}) => {
    const upload = newUpload(fields);
    await stores.uploads.createUpload(upload, 0);
    return `upload://${upload.uploadId}`;
  };
  const field = (index: number) => ['references', index, 'image_file'];
  const pngUrl = async (width: number, height: number) => {
    const png = sharp({ create: { width, height, channels: 3, background: 'teal' } }).png();
    return `data:image/png;base64,${(await png.toBuffer()).toString('base64')}`;
  };

  test('are stored in their order, with an upload in place of every data URL', async () => {
    const named = await addUpload();
    const link = 'https://photos.example/a.jpg';
    const photo = await photographUrl();
    const job = await create(withReferences(photo, link, named, await pngUrl(300, 200)));
    const files = referencesOf(job.request).map(({ image_file }) => image_file);
    expect(files).toEqual([expect.stringMatching(/^upload:/), link, named, expect.stringMatching(/^upload:/)]);
    const ids = [files[0], files[3]].map((file = '') => file.slice('upload://'.length));
    const uploads = await stores.uploads.getUploads(ids);
    expect(uploads.map(({ width, height }) => `${width}x${height}`).toSorted()).toEqual(['300x200', '640x427']);
    expect(await keptFiles()).toHaveLength(2);
    expect(await stores.jobs.deleteJob(job.jobId)).toHaveLength(3);
  });

  test.each([
    ['does not exist', null],
    ["is another user's", '2'],
  ])('are refused with the field of the first upload that %s', async (_, userId) => {
    const wrong = userId === null ? `upload://${randomUUID()}` : await addUpload({ userId });
    await expect(create(withReferences(await addUpload(), wrong, wrong))).rejects.toMatchObject({
      code: 'upload_not_found',
      issues: [{ path: field(1) }],
    });
  });

  test('are refused with the field of one that cannot be decoded, and leave no file behind', async () => {
    const broken = (await readPhoto('rocket.jpg')).subarray(0, 300).toString('base64');
    const request = withReferences(await photographUrl(), `data:image/jpeg;base64,${broken}`);
    await expect(create(request)).rejects.toMatchObject({ code: 'invalid_request', issues: [{ path: field(1) }] });
    expect(await keptFiles()).toEqual([]);
  });

  test.each([
    ['with a side below 128 pixels', { width: 127, height: 300 }, 'side_too_short', { min_side: 128 }],
    ['longer than 4:1', { width: 600, height: 149 }, 'too_narrow', { max_ratio: 4 }],
    ['taller than 1:4', { width: 149, height: 600 }, 'too_narrow', { max_ratio: 4 }],
  ])('are refused if one is an upload %s, which image-01 takes', async (_, size, reason, params) => {
    const wrong = await addUpload(size);
    await expect(create(withReferences(await addUpload(), wrong))).rejects.toMatchObject({
      code: 'invalid_request',
      issues: [{ path: field(1), reason, params: { ...size, ...params } }],
    });
    await expect(create(withReference(wrong))).resolves.toMatchObject({ state: { status: 'PENDING' } });
  });

  test('are held to the same rules as data URLs, and to their limits exactly', async () => {
    await expect(create(withReferences(await pngUrl(513, 128)))).rejects.toMatchObject({
      issues: [{ path: field(0), reason: 'too_narrow' }],
    });
    await expect(create(withReferences(await pngUrl(512, 128)))).resolves.toMatchObject({});
  });

  test('are bounded in their bytes together', async () => {
    const half = await addUpload({ bytes: REFERENCES_TOTAL_BYTES_MAX / 2 });
    await expect(create(withReferences(half, half))).resolves.toMatchObject({});
    const refusal = { code: 'invalid_request', issues: [{ path: field(2), reason: 'references_too_large' }] };
    await expect(create(withReferences(half, half, await addUpload({ bytes: 1 })))).rejects.toMatchObject(refusal);
    await expect(create(withReferences(half, half, await pngUrl(128, 128)))).rejects.toMatchObject(refusal);
    expect(await keptFiles()).toEqual([]);
  });

  test('count each data URL towards the rate limit before any is decoded', async () => {
    const prepareUpload = vi.spyOn(deps.imageProcessor, 'prepareUpload');
    deps.limits = { ...NO_LIMITS, ratePerMinute: 3 };
    const photo = await pngUrl(200, 200);
    await create(withReferences(photo, photo));
    await expect(create(withReferences(photo, photo))).rejects.toMatchObject({ code: 'rate_limited' });
    expect(prepareUpload).toHaveBeenCalledTimes(2);
    await create(request);
    await expect(create(request)).rejects.toMatchObject({ code: 'rate_limited' });
  });
});

test('refuses a model that is not offered, unless its key already has a job', async () => {
  const { jobId } = await create(request, 'tap');
  deps.models = ['image-01-live', 'MiniMax-H3-Image'];
  await expect(create(request)).rejects.toMatchObject({
    code: 'invalid_request',
    issues: [{ path: ['model'], message: '此服务未开放该模型，只能是 image-01-live、MiniMax-H3-Image' }],
  });
  expect((await create(request, 'tap')).jobId).toBe(jobId);
});

describe('an upload as a reference', () => {
  test('is accepted from its own user', async () => {
    const upload = newUpload();
    await stores.uploads.createUpload(upload, 0);
    stores.clock.advance(7 * DAY_MS - 1);
    const job = await create(requestWith(upload.uploadId));
    expect(job.state.status).toBe('PENDING');
    expect(await stores.jobs.deleteJob(job.jobId)).toEqual([upload.key]);
  });

  test.each([
    ['that does not exist', null, 0],
    ['of another user', '2', 0],
    ['that is a week old', '1', 7 * DAY_MS],
  ])('is not found if it is one %s', async (_, userId, ageMs) => {
    const upload = newUpload(userId === null ? {} : { userId });
    if (userId !== null) await stores.uploads.createUpload(upload, 0);
    stores.clock.advance(ageMs);
    await expect(create(requestWith(upload.uploadId))).rejects.toMatchObject({ code: 'upload_not_found' });
  });
});
