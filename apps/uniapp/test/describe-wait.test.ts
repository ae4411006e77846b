import type { PendingJob, ProcessingJob } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { describeCancel, describeSecondsLeft, describeWait } from '../src/features/job/describe-wait.ts';
import { job as zh } from '../src/i18n/zh/job.ts';

const base = {
  job_id: '0b8f3c7e-6a3e-4c86-9a55-0d5f3b1c2a11',
  user_id: '1',
  star_id: null,
  created_at: '2026-11-22T10:00:00.000Z',
  updated_at: '2026-11-22T10:00:00.000Z',
  version: 1,
  request: { model: 'image-01', prompt: '海边', n: 1 },
  poll_after_ms: 1000,
  eta_seconds: 20,
} as const;

const ARRIVED = {
  url: '/files/0',
  url_expires_at: '2026-11-22T11:00:00.000Z',
  width: 864,
  height: 1152,
  bytes: 1,
  content_type: 'image/jpeg',
  compressed: true,
  placeholder: null,
  index: 0,
};

const waiting = (queue_position: number): PendingJob => ({ ...base, status: 'PENDING', progress: 0, queue_position });
const running = (stage: ProcessingJob['stage']): ProcessingJob => ({
  ...base,
  status: 'PROCESSING',
  progress: 40,
  stage,
});

describe('describeWait', () => {
  it.each([
    ['waiting in the queue', waiting(3), 60, zh.loading.pending, zh.loading.pendingNote],
    ['first in the queue', waiting(1), 20, zh.loading.pending, zh.loading.nextNote],
    ['generating', running('generating'), 12, zh.loading.generating, zh.loading.generatingNote],
    ['generating without an estimate', running('generating'), null, zh.loading.generating, zh.loading.generatingNote],
    ['past the estimate', running('generating'), -1, zh.loading.generating, zh.loading.overdue],
    ['saving', running('saving'), 0, zh.loading.saving, zh.loading.savingNote],
  ])('describes the stage and the wait: %s', (_what, job, left, stage, note) => {
    expect(describeWait(job, left, zh)).toEqual({ stage, note });
  });
});

it.each([
  [null, '暂无法估计'],
  [-3, '暂无法估计'],
  [2.2, '约 3 秒'],
  [11, '约 15 秒'],
  [89, '约 90 秒'],
  [90, '约 2 分钟'],
  [600, '约 10 分钟'],
])('rounds %s seconds left to what an estimate can tell', (seconds, words) => {
  expect(describeSecondsLeft(seconds, zh)).toBe(words);
});

describe('describeCancel', () => {
  it('says that canceling is free only while the job waits', () => {
    expect(describeCancel(waiting(2), zh)).toBe(zh.cancelDialog.free);
    expect(describeCancel(running('generating'), zh)).toBe(zh.cancelDialog.maybeCharged);
    expect(describeCancel(running('saving'), zh)).toBe(zh.cancelDialog.charged);
  });

  it('says that images which have arrived stay', () => {
    expect(describeCancel({ ...running('generating'), assets: [ARRIVED] }, zh)).toBe(zh.cancelDialog.someArrived);
  });
});
