import type { CompletedJob, FailedJob, ProcessingJob } from '@darkroom/contracts';
import { describe, expect, it } from 'vitest';
import { hasArrivals, placesOf } from '../src/features/progress/arrived-places.ts';

const asset = (index: number) => ({
  url: `/files/${index}`,
  url_expires_at: '2026-11-22T11:00:00.000Z',
  width: 864,
  height: 1152,
  bytes: 1,
  content_type: 'image/jpeg',
  compressed: true,
  placeholder: null,
  index,
});

const base = {
  job_id: '8f9e6679-7425-40de-944b-e07fc1f90ae7',
  user_id: '1',
  star_id: null,
  created_at: '2026-11-22T10:00:00.000Z',
  updated_at: '2026-11-22T10:00:00.000Z',
  version: 4,
  request: { model: 'MiniMax-H3-Image', prompt: '海边', n: 4, area: '1K' },
} as const;

const running: ProcessingJob = {
  ...base,
  status: 'PROCESSING',
  progress: 40,
  stage: 'generating',
  poll_after_ms: 1000,
  eta_seconds: 20,
};

const canceled: FailedJob = {
  ...base,
  status: 'FAILED',
  progress: 0,
  completed_at: '2026-11-22T10:01:00.000Z',
  error_code: 'canceled',
  error_msg: '任务已取消',
  retryable: true,
  charged: 'yes',
};

const completed: CompletedJob = {
  ...base,
  status: 'COMPLETED',
  progress: 100,
  images: [],
  assets: [asset(0), asset(1)],
  failed_count: 0,
  completed_at: '2026-11-22T10:01:00.000Z',
  charged: 'yes',
};

describe('placesOf', () => {
  it('puts each image of a running job at its index, among as many places as were requested', () => {
    const assets = [asset(1), asset(3)];
    expect(placesOf({ ...running, assets })).toEqual([null, asset(1), null, asset(3)]);
  });

  it('leaves no place open in a canceled job', () => {
    expect(placesOf({ ...canceled, assets: [asset(1), asset(3)] })).toEqual([asset(1), asset(3)]);
  });
});

it('shows the images of a job that completed while one of them was viewed', () => {
  expect(hasArrivals(completed)).toBe(true);
  expect(placesOf(completed)).toEqual(completed.assets);
});

it('finds no arrivals in a job without images', () => {
  expect(hasArrivals(running)).toBe(false);
  expect(hasArrivals({ ...canceled, assets: [] })).toBe(false);
  expect(hasArrivals({ ...running, assets: [asset(0)] })).toBe(true);
});
