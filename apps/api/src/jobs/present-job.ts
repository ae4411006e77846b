import { type CompletedJob, type CreateImage, type FailedJob, type ImageJob, JOB_ERRORS } from '@darkroom/contracts';
import type { UrlSigner } from '../files/file-store.ts';
import type { Estimates } from '../job/estimate.ts';
import { generatingProgress, savingProgress } from '../job/progress.ts';
import type { StoredAsset } from '../job/stored-image.ts';
import type { JobState, StoredJob } from '../job/stored-job.ts';
import type { JobStore } from '../store/job-store.ts';

/** What fetching and compressing adds to a call, roughly. */
const SAVING_MS = 2_000;
/** After this long something is in the way. */
const SAVING_LATE_MS = 10_000;
const POLL_MIN_MS = 1_000;
const POLL_MAX_MS = 5_000;

interface Deps {
  store: Pick<JobStore, 'countAhead' | 'countImages'>;
  signer: UrlSigner;
  estimates: Estimates;
}

/**
 * A job as it was no sooner than `asOf`, in milliseconds since the epoch. Progress is told for that moment: for a later one
 * it might be more than the job ever reached, and would have to fall.
 */
export type JobSnapshot = StoredJob & { asOf: number };

/** What changes a job is dated from the beginning of its transaction and seen from the end: so long may lie between. */
const COMMIT_WITHIN_MS = 1_000;

/** `asOf` of a job that is read from now on, by the store's clock. */
export function snapshotTime(now: number): number {
  return now - COMMIT_WITHIN_MS;
}

/** A stored job as the wire shows it: estimates and fresh links are made when it is read, and never stored. */
export type PresentJob = (job: JobSnapshot) => Promise<ImageJob>;

export function createPresentJob({ store, signer, estimates }: Deps): PresentJob {
  /** Until a job whose call begins in so long is saved; null: nobody can tell. */
  async function leftAfterWaitMs(waitMs: number | null, request: CreateImage): Promise<number | null> {
    const callMs = await estimates.typicalCallMs(request);
    return callMs === null || waitMs === null ? null : waitMs + callMs + SAVING_MS;
  }

  async function generatingLeftMs(
    request: CreateImage,
    { call, retryAt }: Extract<JobState, { stage: 'generating' }>,
    now: number,
  ): Promise<number | null> {
    if (call === null) {
      const waitMs = await estimates.repeating(request);
      return leftAfterWaitMs(waitMs === null ? null : Math.max(waitMs, (retryAt ?? now) - now), request);
    }
    if ((await estimates.typicalCallMs(request)) === null) return null;
    // An overdue call is expected to end soon, and nobody knows when.
    const leftMs = Math.max(call.expectedMs * 0.1, call.startedAt + call.expectedMs - now);
    return leftMs + SAVING_MS;
  }

  return async function presentJob(job) {
    const { state } = job;
    const base = {
      job_id: job.jobId,
      user_id: job.userId,
      star_id: job.starId,
      created_at: time(job.createdAt),
      updated_at: time(job.updatedAt),
      version: job.version,
      request: job.request,
    };
    switch (state.status) {
      case 'PENDING': {
        const ahead = await store.countAhead(job);
        const leftMs = await leftAfterWaitMs((await estimates.waiting(job.request))(ahead), job.request);
        return { ...base, status: 'PENDING', progress: 0, ...following(leftMs), queue_position: ahead + 1 };
      }
      case 'PROCESSING': {
        if (state.stage === 'saving') {
          const progress = savingProgress(await store.countImages(job.jobId));
          // A picture that could not be had at once is tried for again and again: nobody knows how often.
          const isLate = job.asOf - job.updatedAt > SAVING_LATE_MS;
          return { ...base, status: 'PROCESSING', stage: 'saving', progress, ...following(isLate ? null : SAVING_MS) };
        }
        const leftMs = await generatingLeftMs(job.request, state, job.asOf);
        const progress = generatingProgress(state, job.asOf);
        return { ...base, status: 'PROCESSING', stage: 'generating', progress, ...following(leftMs) };
      }
      case 'COMPLETED':
        return { ...base, ...presentCompleted(state, signer) };
      case 'FAILED':
        return { ...base, ...presentFailed(state) };
    }
  };
}

function following(leftMs: number | null) {
  const pollMs = leftMs === null ? POLL_MIN_MS * 2 : leftMs / 4;
  return {
    poll_after_ms: Math.round(Math.min(POLL_MAX_MS, Math.max(POLL_MIN_MS, pollMs))),
    eta_seconds: leftMs === null ? null : Math.max(1, Math.round(leftMs / 1_000)),
  };
}

function presentCompleted(
  state: Extract<JobState, { status: 'COMPLETED' }>,
  signer: UrlSigner,
): Pick<CompletedJob, 'status' | 'progress' | 'images' | 'assets' | 'failed_count' | 'completed_at' | 'charged'> {
  const assets = state.assets.map((asset) => presentAsset(asset, signer));
  return {
    status: 'COMPLETED',
    progress: 100,
    images: assets.map((asset) => asset.url),
    assets,
    failed_count: state.failedCount,
    completed_at: time(state.completedAt),
    charged: state.charged,
  };
}

function presentAsset(asset: StoredAsset, signer: UrlSigner): CompletedJob['assets'][number] {
  const { url, expiresAt } = signer.sign(asset.key);
  return {
    url,
    url_expires_at: expiresAt.toISOString(),
    width: asset.width,
    height: asset.height,
    bytes: asset.bytes,
    content_type: asset.contentType,
    compressed: asset.compressed,
    placeholder: asset.placeholder,
  };
}

function presentFailed(
  state: Extract<JobState, { status: 'FAILED' }>,
): Pick<FailedJob, 'status' | 'progress' | 'completed_at' | 'error_code' | 'error_msg' | 'retryable' | 'charged'> {
  const { zh, retryable } = JOB_ERRORS[state.errorCode];
  return {
    status: 'FAILED',
    progress: 0,
    completed_at: time(state.completedAt),
    error_code: state.errorCode,
    error_msg: zh,
    retryable,
    charged: state.charged,
  };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
