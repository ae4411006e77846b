import type { CompletedJob, ImageJob, ProcessingJob } from '@darkroom/contracts';
import { expect, test } from 'vitest';
import { createLedger } from './ledger.ts';

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

/** What is wrong with these answers, one after the other. */
async function tell(...jobs: ImageJob[]): Promise<string[]> {
  const ledger = createLedger();
  const entry = ledger.open({ prompt: 'wolf', userId: '1', key: undefined });
  for (const job of jobs) await ledger.ask(entry, async () => job);
  return ledger.breaches;
}

test('answers that go forward break nothing', async () => {
  expect(await tell(processing(2, 10), processing(2, 10), processing(2, 40), completed, completed)).toEqual([]);
});

test('versions only rise, progress never falls, an end stays', async () => {
  expect(await tell(processing(3, 10), processing(2, 10))).toEqual(['wolf: version 2 after 3']);
  expect(await tell(processing(2, 40), processing(2, 39))).toEqual(['wolf: progress 39 after 40']);
  expect(await tell(completed, processing(4, 90))).toEqual(['wolf: PROCESSING after COMPLETED']);
});

test('an answer that was overtaken is held against what was known when it was asked for', async () => {
  const ledger = createLedger();
  const entry = ledger.open({ prompt: 'wolf', userId: '1', key: undefined });
  const slow = Promise.withResolvers<ImageJob>();
  const asked = ledger.ask(entry, () => slow.promise);
  await ledger.ask(entry, async () => completed);
  slow.resolve(processing(2, 10));
  await asked;
  expect(ledger.breaches).toEqual([]);
});
