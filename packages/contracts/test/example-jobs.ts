import type { CompletedJob, FailedJob, PendingJob, ProcessingJob } from '../src/index.ts';

const at = '2026-11-22T08:00:00.000Z';

const base = {
  job_id: '123e4567-e89b-42d3-a456-426614174000',
  user_id: '1',
  star_id: null,
  created_at: at,
  updated_at: at,
  version: 3,
  request: { model: 'image-01', prompt: 'a lighthouse at dawn', n: 2 },
} as const;

export const pending: PendingJob = {
  ...base,
  status: 'PENDING',
  progress: 0,
  poll_after_ms: 2000,
  eta_seconds: null,
  queue_position: 1,
};

export const processing: ProcessingJob = {
  ...base,
  status: 'PROCESSING',
  progress: 42,
  poll_after_ms: 2000,
  eta_seconds: 12.5,
  stage: 'generating',
};

export const completed: CompletedJob = {
  ...base,
  status: 'COMPLETED',
  progress: 100,
  images: ['https://images.example/files/a?sig=1'],
  assets: [
    {
      url: 'https://images.example/files/a?sig=1',
      url_expires_at: at,
      width: null,
      height: null,
      bytes: 1000,
      content_type: 'image/jpeg',
      compressed: false,
      placeholder: null,
    },
  ],
  failed_count: 1,
  completed_at: at,
  charged: 'yes',
};

export const failed: FailedJob = {
  ...base,
  star_id: '9223372036854775807',
  status: 'FAILED',
  progress: 0,
  completed_at: at,
  error_code: 'provider_timeout',
  error_msg: 'MiniMax API 调用失败: timeout',
  retryable: true,
  charged: 'unknown',
};
