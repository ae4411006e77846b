import {
  type CompletedJob,
  type CreateImage,
  type FailedJob,
  type ImageJob,
  JOB_ERRORS,
  type ProcessingJob,
} from '@darkroom/contracts';
import type { LinkSigner } from '../files/file-store.ts';
import type { Estimates } from '../job/estimate.ts';
import { showsArrivals } from '../job/job-state.ts';
import { streamedImages } from '../job/model-family.ts';
import { generatingProgress, savingProgress } from '../job/progress.ts';
import type { StoredAsset } from '../job/stored-image.ts';
import type { JobState, StoredJob } from '../job/stored-job.ts';
import type { JobStore } from '../store/job-store.ts';

/** Approximate time that downloading and compressing adds to a call. */
const SAVING_MS = 2_000;
/** Saving that takes longer than this is delayed by a fault. */
const SAVING_LATE_MS = 10_000;
const POLL_MIN_MS = 1_000;
const POLL_MAX_MS = 5_000;

interface Deps {
  store: Pick<JobStore, 'countAhead' | 'countImages' | 'getImages'>;
  signer: LinkSigner;
  estimates: Pick<Estimates, 'typicalCallMs' | 'waiting' | 'retrying'>;
}

/**
 * A job as it was at `asOf` (milliseconds since the epoch) or later. Progress is computed for `asOf`: for a later
 * moment it might exceed what the job ever reached, and would then have to fall.
 */
export type JobSnapshot = StoredJob & { asOf: number };

/**
 * Longest time between the timestamp of a change, taken at the start of its transaction, and the commit that makes it
 * visible.
 */
const COMMIT_WITHIN_MS = 1_000;

/** Returns the `asOf` of a job that is read after `now`, by the store's clock in milliseconds since the epoch. */
export function snapshotTime(now: number): number {
  return now - COMMIT_WITHIN_MS;
}

/**
 * Maps a stored job to its wire format, with the links to its references. Estimates and links are computed at read time
 * and never stored. `ahead`: how many jobs start before this one, if that was already counted for a whole page.
 */
export type PresentJob = (job: JobSnapshot, referenceUrls: (string | null)[], ahead?: number) => Promise<ImageJob>;

export function createPresentJob({ store, signer, estimates }: Deps): PresentJob {
  /** Milliseconds until a job whose call starts in `waitMs` is saved; null when unknown. */
  async function leftAfterWaitMs(waitMs: number | null, request: CreateImage): Promise<number | null> {
    return waitMs === null ? null : waitMs + (await estimates.typicalCallMs(request)) + SAVING_MS;
  }

  async function generatingLeftMs(
    request: CreateImage,
    { call, retryAt }: Extract<JobState, { stage: 'generating' }>,
    now: number,
  ): Promise<number | null> {
    if (call === null) {
      const waitMs = await estimates.retrying(request);
      return leftAfterWaitMs(waitMs === null ? null : Math.max(waitMs, (retryAt ?? now) - now), request);
    }
    // An overdue call is expected to end soon: assume a tenth of its expected duration.
    const leftMs = Math.max(call.expectedMs * 0.1, call.startedAt + call.expectedMs - now);
    return leftMs + SAVING_MS;
  }

  /** Images that arrived during the call and are stored, of a job that is not COMPLETED. */
  async function showArrived(job: StoredJob): Promise<Pick<ProcessingJob, 'images' | 'assets'>> {
    if (!showsArrivals(job)) return {};
    const set = await store.getImages(job.jobId);
    const assets = (set?.images ?? []).flatMap(({ asset, position }) =>
      asset ? [{ ...presentAsset(asset, signer), index: position }] : [],
    );
    return assets.length === 0 ? {} : { images: assets.map(({ url }) => url), assets };
  }

  return async function presentJob(job, referenceUrls, counted) {
    const { state } = job;
    const base = {
      job_id: job.jobId,
      user_id: job.userId,
      star_id: job.starId,
      created_at: toIso(job.createdAt),
      updated_at: toIso(job.updatedAt),
      version: job.version,
      request: job.request,
      reference_urls: referenceUrls,
    };
    switch (state.status) {
      case 'PENDING': {
        const ahead = counted ?? (await store.countAhead(job));
        const leftMs = await leftAfterWaitMs((await estimates.waiting(job.request))(ahead), job.request);
        return { ...base, status: 'PENDING', progress: 0, ...pollTiming(leftMs), queue_position: ahead + 1 };
      }
      case 'PROCESSING': {
        if (state.stage === 'saving') {
          const progress = savingProgress(await store.countImages(job.jobId));
          // An image that failed to download is retried an unknown number of times: give no estimate.
          const isLate = job.asOf - job.updatedAt > SAVING_LATE_MS;
          const timing = pollTiming(isLate ? null : SAVING_MS);
          return { ...base, status: 'PROCESSING', stage: 'saving', progress, ...timing, ...(await showArrived(job)) };
        }
        const leftMs = await generatingLeftMs(job.request, state, job.asOf);
        const progress = generatingProgress(state, job.asOf, streamedImages(job.request));
        const timing = pollTiming(leftMs);
        return { ...base, status: 'PROCESSING', stage: 'generating', progress, ...timing, ...(await showArrived(job)) };
      }
      case 'COMPLETED':
        return { ...base, ...presentCompleted(state, signer) };
      case 'FAILED':
        return { ...base, ...presentFailed(state), ...(await showArrived(job)) };
    }
  };
}

function pollTiming(leftMs: number | null) {
  const pollMs = leftMs === null ? POLL_MIN_MS * 2 : leftMs / 4;
  return {
    poll_after_ms: Math.round(Math.min(POLL_MAX_MS, Math.max(POLL_MIN_MS, pollMs))),
    eta_seconds: leftMs === null ? null : Math.max(1, Math.round(leftMs / 1_000)),
  };
}

function presentCompleted(
  state: Extract<JobState, { status: 'COMPLETED' }>,
  signer: LinkSigner,
): Pick<CompletedJob, 'status' | 'progress' | 'images' | 'assets' | 'failed_count' | 'completed_at' | 'charged'> {
  const assets = state.assets.map((asset) => presentAsset(asset, signer));
  return {
    status: 'COMPLETED',
    progress: 100,
    images: assets.map((asset) => asset.url),
    assets,
    failed_count: state.failedCount,
    completed_at: toIso(state.completedAt),
    charged: state.charged,
  };
}

function presentAsset(asset: StoredAsset, signer: LinkSigner): CompletedJob['assets'][number] {
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
    ...(asset.index !== undefined && { index: asset.index }),
  };
}

function presentFailed(
  state: Extract<JobState, { status: 'FAILED' }>,
): Pick<FailedJob, 'status' | 'progress' | 'completed_at' | 'error_code' | 'error_msg' | 'retryable' | 'charged'> {
  const { zh, retryable } = JOB_ERRORS[state.errorCode];
  return {
    status: 'FAILED',
    progress: 0,
    completed_at: toIso(state.completedAt),
    error_code: state.errorCode,
    error_msg: zh,
    retryable,
    charged: state.charged,
  };
}

function toIso(ms: number): string {
  return new Date(ms).toISOString();
}
