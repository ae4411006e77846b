import { ImageJob, JOB_ERROR_CODES, JOB_ERRORS } from '@darkroom/contracts';
import { describe, expect, test } from 'vitest';
import type { StoredAsset, StoredImage } from '../../src/job/stored-image.ts';
import type { JobState } from '../../src/job/stored-job.ts';
import { createPresentJob } from '../../src/jobs/present-job.ts';
import { createManualClock } from '../manual-clock.ts';
import { exampleAsset, jobIn } from './example-job.ts';

interface DeploymentDeps {
  ahead?: number;
  callMs?: number;
  waitMs?: number | null;
  images?: { ended: number; total: number };
  /** How long ago the job entered its state. */
  /** Images that arrived during the call. */
  stored?: StoredImage[];
  changedAgoMs?: number;
}

const clock = createManualClock();
const UNTIL = new Date(clock.now() + 3_600_000);

/** The job as sent to clients. Every answer must satisfy the contract. */
async function show(
  state: JobState,
  {
    ahead = 0,
    callMs = 10_000,
    waitMs = 0,
    images = { ended: 0, total: 2 },
    stored = [],
    changedAgoMs = 0,
  }: DeploymentDeps = {},
  job = jobIn(state),
): Promise<ImageJob> {
  const present = createPresentJob({
    store: {
      countAhead: async () => ahead,
      countImages: async () => images,
      getImages: async () => ({ responseId: null, images: stored }),
    },
    signer: { sign: (key) => ({ url: `https://darkroom.example/files/${key}`, expiresAt: UNTIL }) },
    estimates: {
      typicalCallMs: async () => callMs,
      waiting: async () => () => waitMs,
      retrying: async () => waitMs,
    },
  });
  const shown = await present({ ...job, updatedAt: clock.now() - changedAgoMs, asOf: clock.now() }, []);
  expect(ImageJob.parse(shown)).toEqual(shown);
  return shown;
}

const calling = (startedAgoMs: number): JobState => ({
  status: 'PROCESSING',
  stage: 'generating',
  progressFrom: 1,
  call: { startedAt: clock.now() - startedAgoMs, expectedMs: 10_000 },
  retryAt: null,
});

test('shows a waiting job with its position and estimated time', async () => {
  expect(await show({ status: 'PENDING' }, { ahead: 4, waitMs: 30_000 })).toMatchObject({
    status: 'PENDING',
    progress: 0,
    queue_position: 5,
    eta_seconds: 42, // the wait, the call and its images
    poll_after_ms: 5_000,
  });
});

test('shows no estimate while the wait is unknown', async () => {
  expect(await show({ status: 'PENDING' }, { waitMs: null })).toMatchObject({
    eta_seconds: null,
    poll_after_ms: 2_000,
  });
});

test('shows a call with the rest of its expected duration', async () => {
  expect(await show(calling(4_000))).toMatchObject({ stage: 'generating', eta_seconds: 8, poll_after_ms: 2_000 });
});

test('shows a call that exceeds its expected duration as ending in 3 seconds', async () => {
  expect(await show(calling(1_000_000))).toMatchObject({ eta_seconds: 3, poll_after_ms: 1_000, progress: 89 });
});

test('shows a job that waits to retry as generating, with its progress', async () => {
  const waiting: JobState = { status: 'PROCESSING', stage: 'generating', progressFrom: 33, call: null, retryAt: null };
  expect(await show({ ...waiting, retryAt: clock.now() + 60_000 })).toMatchObject({
    stage: 'generating',
    progress: 33,
  });
});

test.each([
  ['for its back-off', { repeatInMs: 60_000, waitMs: 0 }],
  ['for a slot after its back-off', { repeatInMs: 5_000, waitMs: 60_000 }],
])('estimates a full call duration for a job that waits %s to retry', async (_, { repeatInMs, waitMs }) => {
  const waiting = { status: 'PROCESSING', stage: 'generating', progressFrom: 33, call: null } as const;
  const shown = await show({ ...waiting, retryAt: clock.now() + repeatInMs }, { callMs: 10_000, waitMs });
  expect(shown).toMatchObject({ eta_seconds: 72 });
});

test('counts the images in saving', async () => {
  const shown = await show({ status: 'PROCESSING', stage: 'saving' }, { images: { ended: 1, total: 2 } });
  expect(shown).toMatchObject({ stage: 'saving', progress: 94, eta_seconds: 2 });
});

test('shows no estimate for saving that takes long', async () => {
  const shown = await show({ status: 'PROCESSING', stage: 'saving' }, { changedAgoMs: 20_000 });
  expect(shown).toMatchObject({ stage: 'saving', eta_seconds: null });
});

test('shows a completed job with links to its images and the number of missing ones', async () => {
  const unread: StoredAsset = { ...exampleAsset('b.jpg'), width: null, height: null, compressed: false };
  const assets = [exampleAsset('a.jpg'), unread];
  const shown = await show({ status: 'COMPLETED', completedAt: 5, assets, failedCount: 1, charged: 'yes' });
  const url = 'https://darkroom.example/files/';
  expect(shown).toMatchObject({
    progress: 100,
    images: [`${url}a.jpg`, `${url}b.jpg`],
    failed_count: 1,
    completed_at: '1970-01-01T00:00:00.005Z',
    assets: [
      { url: `${url}a.jpg`, url_expires_at: UNTIL.toISOString(), width: 1024, compressed: true },
      { url: `${url}b.jpg`, width: null, height: null, compressed: false },
    ],
  });
  expect(shown).not.toHaveProperty('eta_seconds');
});

test.each(JOB_ERROR_CODES)('describes the failure %s in words for the user', async (errorCode) => {
  const shown = await show({ status: 'FAILED', completedAt: 5, errorCode, charged: 'unknown' });
  const { zh, retryable } = JOB_ERRORS[errorCode];
  expect(shown).toMatchObject({ progress: 0, error_code: errorCode, error_msg: zh, retryable, charged: 'unknown' });
  expect(zh.startsWith('MiniMax API 调用失败: ')).toBe(/^(provider_|content_|no_images)/.test(errorCode));
});

describe('a job whose images arrive during its call', () => {
  const request = { model: 'MiniMax-H3-Image', prompt: 'a lighthouse', area: '2K', n: 4 } as const;
  const image = (position: number, asset: StoredImage['asset']): StoredImage => ({
    ...{ position, source: { url: 'http://a' }, asset, failed: false },
  });
  const stored = [image(1, null), image(3, exampleAsset('job-3.jpg'))];
  const call = { startedAt: clock.now() - 1, expectedMs: 1_000_000 };
  const generating = { status: 'PROCESSING', stage: 'generating', progressFrom: 1, call, retryAt: null } as const;
  const canceled = { status: 'FAILED', completedAt: 1, errorCode: 'canceled', charged: 'yes' } as const;

  test.each<[string, JobState]>([
    ['generating', { ...generating, arrived: 2 }],
    ['saving', { status: 'PROCESSING', stage: 'saving', arrived: 2 }],
    ['canceled', { ...canceled, arrived: 2 }],
  ])('shows those that are stored, with their index, while it is %s', async (_, state) => {
    const url = 'https://darkroom.example/files/job-3.jpg';
    const shown = await show(state, { stored }, { ...jobIn(state), request });
    expect(shown).toMatchObject({ images: [url], assets: [{ url, index: 3 }] });
  });

  test.each<[string, JobState]>([
    ['has none yet', generating],
    ['belongs to a model that sends all images at the end', { status: 'PROCESSING', stage: 'saving' }],
    ['was canceled before the first one', canceled],
  ])('shows none if it %s', async (_, state) => {
    const shown = await show(state, { stored }, { ...jobIn(state), request });
    expect(shown).not.toHaveProperty('images');
    expect(shown).not.toHaveProperty('assets');
  });

  test('counts them in its progress', async () => {
    const state = { ...generating, arrived: 2 };
    const shown = await show(state, { stored }, { ...jobIn(state), request });
    expect(shown.progress).toBe(45);
  });
});
