import { randomUUID } from 'node:crypto';
import type { CreateImage, ImageJob, ImageService, Viewer } from '@darkroom/contracts';
import { ImageError } from '@darkroom/contracts/errors';

const AT = '2026-11-22T08:00:00.000Z';

/**
 * The server side of the contract, in memory. A held answer ends on a change, a release or a client disconnect, never
 * after a time.
 */
export interface MemoryImages extends ImageService {
  jobs: Map<string, ImageJob>;
  /** The idempotency keys of every create that reached the service, in order. */
  keys: string[];
  held: number;
  heldMax: number;
  set(jobId: string, change: object): void;
  /** Answers every held poll without a change, as its time-out does. */
  release(): void;
}

export function createMemoryImages(): MemoryImages {
  const jobs = new Map<string, ImageJob>();
  const jobIdByKey = new Map<string, string>();
  const wakers = new Set<() => void>();

  function find(viewer: Viewer, jobId: string): ImageJob {
    const job = jobs.get(jobId);
    if (!job) throw new ImageError('job_not_found');
    if (job.user_id !== viewer.user_id) throw new ImageError('forbidden');
    return job;
  }

  const images: MemoryImages = {
    jobs,
    keys: [],
    held: 0,
    heldMax: 20,
    set(jobId, change) {
      const job = jobs.get(jobId);
      if (!job) throw new Error(`no job ${jobId}`);
      // Changes one variant of the union; the tests pass complete states.
      jobs.set(jobId, { ...job, version: job.version + 1, ...change } as ImageJob);
      images.release();
    },
    release() {
      for (const wake of wakers) wake();
    },
    async create(viewer, input, { idempotency_key = randomUUID() }) {
      images.keys.push(idempotency_key);
      const jobId = jobIdByKey.get(idempotency_key) ?? randomUUID();
      jobIdByKey.set(idempotency_key, jobId);
      if (!jobs.has(jobId)) jobs.set(jobId, pendingJob(jobId, viewer, input));
      return find(viewer, jobId);
    },
    async status(viewer, { job_id, wait_seconds, after_version = Number.POSITIVE_INFINITY }, { signal }) {
      const job = find(viewer, job_id);
      const hasEnded = job.status === 'COMPLETED' || job.status === 'FAILED';
      if (wait_seconds === 0 || hasEnded || job.version > after_version || images.held >= images.heldMax) return job;
      images.held++;
      await new Promise<void>((wake) => {
        wakers.add(wake);
        signal?.addEventListener('abort', () => wake());
      });
      images.held--;
      return find(viewer, job_id);
    },
    async list(viewer) {
      return { jobs: [...jobs.values()].filter((job) => job.user_id === viewer.user_id).reverse(), next_cursor: null };
    },
    async cancel(viewer, { job_id }) {
      find(viewer, job_id);
      images.set(job_id, failed);
      return find(viewer, job_id);
    },
    async delete(viewer, { job_id }) {
      find(viewer, job_id);
      jobs.delete(job_id);
      return { job_id };
    },
    async models() {
      return { models: [] };
    },
    async upload(_viewer, bytes) {
      if (bytes.length < 100) throw new ImageError('unsupported_image');
      return { image_file: `upload://${randomUUID()}`, url: '/files/x', width: 512, height: 512, bytes: bytes.length };
    },
  };
  return images;
}

function pendingJob(job_id: string, viewer: Viewer, request: CreateImage): ImageJob {
  const times = { created_at: AT, updated_at: AT, poll_after_ms: 2000, eta_seconds: null };
  return { job_id, ...viewer, ...times, version: 1, request, status: 'PENDING', progress: 0, queue_position: 1 };
}

export const processing = { status: 'PROCESSING', progress: 10, stage: 'generating' };

export const completed = {
  status: 'COMPLETED',
  progress: 100,
  images: ['http://localhost/files/a'],
  assets: [
    {
      url: 'http://localhost/files/a',
      url_expires_at: AT,
      width: 1024,
      height: 1024,
      bytes: 1000,
      content_type: 'image/jpeg',
      compressed: true,
      placeholder: 'D9cFHYQsd2ZweZd1h4eIdnZwbgfX',
    },
  ],
  failed_count: 0,
  completed_at: AT,
  charged: 'yes',
};

export const failed = {
  status: 'FAILED',
  progress: 0,
  completed_at: AT,
  error_code: 'content_rejected',
  error_msg: 'MiniMax API 调用失败: 内容未通过安全审核',
  retryable: false,
  charged: 'no',
};
