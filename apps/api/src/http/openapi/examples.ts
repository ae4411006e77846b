import type {
  CompletedJob,
  CreateImage,
  CreateImageInput,
  FailedJob,
  ImageAsset,
  PendingJob,
  ProcessingJob,
  UploadedImage,
} from '@darkroom/contracts';

const JOB_ID = '019aab12-7c3e-7d5a-9b1f-0242ac120002';
const UPLOAD = 'upload://3f1c9a52-6f0e-4a57-9d5c-1f6f2f0a7b11';
const AT = '2026-11-22T08:00:00.000Z';

/** Examples of the request body that creates a job. */
export const REQUEST_EXAMPLES = {
  shortest: example('Required fields only', { model: 'image-01', prompt: 'a lighthouse at dawn' }),
  photo: example('With an uploaded photo', {
    model: 'image-01',
    prompt: '宇航员走在向日葵花田里，清晨，胶片质感',
    aspect_ratio: '3:4',
    n: 2,
    subject_reference: [{ type: 'character', image_file: UPLOAD }],
  }),
  size: example('With a custom size', {
    model: 'image-01',
    prompt: 'a paper theatre',
    width: 1024,
    height: 768,
    seed: 7,
  }),
  style: example('With a style', {
    model: 'image-01-live',
    prompt: '雨后的小镇',
    style: { style_type: '水彩', style_weight: 0.8 },
  }),
  h3: example('With several references, for H3', {
    model: 'MiniMax-H3-Image',
    prompt: '把图 1 里的宇航员放进图 2 的向日葵花田',
    aspect_ratio: '16:9',
    area: '2K',
    references: [{ image_file: UPLOAD }, { image_file: 'https://photos.example.com/field.jpg' }],
  }),
};

function example(summary: string, value: CreateImageInput) {
  return { summary, value };
}

const request: CreateImage = { model: 'image-01', prompt: 'a lighthouse at dawn', n: 1 };

const base = { job_id: JOB_ID, user_id: '1', star_id: null, created_at: AT, request, reference_urls: [] };

const link = `https://darkroom.test/files/${JOB_ID}-0.jpg?expires=1795341600&signature=Zm9v`;

const asset: ImageAsset = {
  url: link,
  url_expires_at: '2026-11-22T09:00:00.000Z',
  width: 1024,
  height: 1024,
  bytes: 183_204,
  content_type: 'image/jpeg',
  compressed: true,
  placeholder: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
};

const pending: PendingJob = {
  ...base,
  status: 'PENDING',
  updated_at: AT,
  version: 1,
  progress: 0,
  poll_after_ms: 2_000,
  eta_seconds: 48,
  queue_position: 2,
};

const processing: ProcessingJob = {
  ...base,
  status: 'PROCESSING',
  updated_at: '2026-11-22T08:00:24.000Z',
  version: 2,
  progress: 42,
  poll_after_ms: 2_000,
  eta_seconds: 14,
  stage: 'generating',
};

const completed: CompletedJob = {
  ...base,
  status: 'COMPLETED',
  updated_at: '2026-11-22T08:00:51.000Z',
  version: 4,
  progress: 100,
  images: [link],
  assets: [asset],
  failed_count: 0,
  completed_at: '2026-11-22T08:00:51.000Z',
  charged: 'yes',
};

const failed: FailedJob = {
  ...base,
  status: 'FAILED',
  updated_at: '2026-11-22T08:00:26.000Z',
  version: 3,
  progress: 0,
  completed_at: '2026-11-22T08:00:26.000Z',
  error_code: 'content_rejected',
  error_msg: 'MiniMax API 调用失败: 内容未通过安全审核，请修改提示词或参考图',
  retryable: false,
  charged: 'no',
};

const uploaded: UploadedImage = {
  image_file: UPLOAD,
  url: 'https://darkroom.test/files/3f1c9a52-6f0e-4a57-9d5c-1f6f2f0a7b11.jpg?expires=1795341600&signature=Zm9v',
  width: 1536,
  height: 2048,
  bytes: 402_118,
};

/** One example of each response schema. */
export const ANSWERS = {
  PendingJob: pending,
  ProcessingJob: processing,
  CompletedJob: completed,
  FailedJob: failed,
  UploadedImage: uploaded,
};
