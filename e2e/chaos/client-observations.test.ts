import type { CompletedJob, ImageJob, ProcessingJob } from '@darkroom/contracts';
import { expect, test } from 'vitest';
import { createObservations } from './client-observations.ts';

const base = {
  job_id: '6f0e4a52-6a53-4bd6-8a0f-0a5a4a4b6c1d',
  user_id: '1',
  star_id: null,
  created_at: '2026-11-22T00:00:00.000Z',
  updated_at: '2026-11-22T00:00:00.000Z',
  request: { model: 'image-01' as const, prompt: 'wolf', n: 1 },
};
function processing(version: number, progress: number): ProcessingJob {
  const following = { poll_after_ms: 1_000, eta_seconds: null };
  return { ...base, ...following, status: 'PROCESSING', stage: 'generating', version, progress };
}
const completed: CompletedJob = {
  ...base,
  status: 'COMPLETED',
  version: 4,
  progress: 100,
  images: ['http://a'],
  assets: [],
  failed_count: 0,
  completed_at: '2026-11-22T00:00:09.000Z',
  charged: 'yes',
};

const asset = {
  url: 'http://a',
  url_expires_at: '2026-11-22T01:00:00.000Z',
  width: 8,
  height: 8,
  bytes: 1,
  content_type: 'image/jpeg' as const,
  compressed: true,
  placeholder: null,
};

/** Violations found in these answers, in this order. */
async function tell(...jobs: ImageJob[]): Promise<string[]> {
  const observations = createObservations();
  const entry = observations.open({ prompt: 'wolf', userId: '1', key: undefined });
  for (const job of jobs) await observations.ask(entry, async () => job);
  return observations.violations;
}

test('accepts answers whose version and progress rise', async () => {
  expect(await tell(processing(2, 10), processing(2, 10), processing(2, 40), completed, completed)).toEqual([]);
});

test('reports a falling version, falling progress and a job that leaves its final status', async () => {
  expect(await tell(processing(3, 10), processing(2, 10))).toEqual(['wolf: version 2 after 3']);
  expect(await tell(processing(2, 40), processing(2, 39))).toEqual(['wolf: progress 39 after 40']);
  expect(await tell(completed, processing(4, 90))).toEqual(['wolf: PROCESSING after COMPLETED']);
});

test('reports an image that an answer has shown and a later one does not', async () => {
  const shows = (job: ProcessingJob, ...indexes: number[]): ProcessingJob => ({
    ...job,
    assets: indexes.map((index) => ({ ...asset, index })),
  });
  expect(await tell(shows(processing(2, 10), 1), shows(processing(3, 10), 0, 1))).toEqual([]);
  expect(await tell(shows(processing(2, 10), 1), shows(processing(3, 10), 0))).toEqual([
    'wolf: shows the images 1 no longer',
  ]);
  expect(await tell(shows(processing(2, 10), 1), completed)).toEqual(['wolf: shows the images 1 no longer']);
});

test('accepts that the images of a job are gone while it is deleted', async () => {
  const observations = createObservations();
  const entry = observations.open({ prompt: 'wolf', userId: '1', key: undefined });
  await observations.ask(entry, async () => ({ ...processing(2, 10), assets: [{ ...asset, index: 1 }] }));
  const slow = Promise.withResolvers<ImageJob>();
  const asked = observations.ask(entry, () => slow.promise);
  entry.deletion = 'asked';
  slow.resolve(processing(2, 10));
  await asked;
  expect(observations.violations).toEqual([]);
});

test('checks an overtaken answer against what was known when its request was sent', async () => {
  const observations = createObservations();
  const entry = observations.open({ prompt: 'wolf', userId: '1', key: undefined });
  const slow = Promise.withResolvers<ImageJob>();
  const asked = observations.ask(entry, () => slow.promise);
  await observations.ask(entry, async () => completed);
  slow.resolve(processing(2, 10));
  await asked;
  expect(observations.violations).toEqual([]);
});
