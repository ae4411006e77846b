import type { Charged, JobErrorCode } from '@darkroom/contracts';
import { generatingProgress } from './progress.ts';
import type { StoredAsset } from './stored-image.ts';
import type { JobState, StoredJob } from './stored-job.ts';

/**
 * The life of a job as pure steps. Each takes the job as it is and answers the job as it shall be, or null where the step
 * does not apply any more: somebody else was first, and their outcome stands.
 *
 *     PENDING -> PROCESSING generating <-> (waiting to repeat) -> PROCESSING saving -> COMPLETED
 *        \________________________\___________________________________\____________-> FAILED
 */
type Step = StoredJob | null;

/** A change that people see. */
function become(job: StoredJob, state: JobState): StoredJob {
  return { ...job, state, version: job.version + 1 };
}

function fail(job: StoredJob, errorCode: JobErrorCode, charged: Charged, now: number): StoredJob {
  return become(job, { status: 'FAILED', completedAt: now, errorCode, charged });
}

/** The provider call that begins now, for a waiting job or for one that repeats. */
export function startCall(job: StoredJob, call: { startedAt: number; expectedMs: number }): StoredJob {
  const { state } = job;
  if (state.status === 'PENDING') {
    return become(job, { status: 'PROCESSING', stage: 'generating', progressFrom: 1, call, retryAt: null });
  }
  if (state.status === 'PROCESSING' && state.stage === 'generating' && state.call === null) {
    return { ...job, state: { ...state, call, retryAt: null } };
  }
  throw new Error(`Job ${job.jobId} cannot start a call: it is ${state.status}`);
}

/** The call provably was not taken; the job waits to make it again. */
export function waitForRetry(job: StoredJob, wait: { retryAt: number; progressFrom: number }): Step {
  const { state } = job;
  if (isCalling(state)) return { ...job, state: { ...state, call: null, ...wait } };
  return settleCharge(job, 'no');
}

/** The same, so many milliseconds from now, with the progress that the job has. */
export function scheduleRetry(job: StoredJob, waitMs: number, now: number): Step {
  const { state } = job;
  const progressFrom = isCalling(state) ? generatingProgress(state, now) : 1;
  return waitForRetry(job, { retryAt: now + waitMs, progressFrom });
}

/** The provider answered with pictures, which are to be fetched. */
export function startSaving(job: StoredJob): Step {
  if (isCalling(job.state)) return become(job, { status: 'PROCESSING', stage: 'saving' });
  return settleCharge(job, 'yes');
}

/** The call ended without pictures. */
export function failCall(job: StoredJob, errorCode: JobErrorCode, charged: Charged, now: number): Step {
  if (isCalling(job.state)) return fail(job, errorCode, charged, now);
  return settleCharge(job, charged);
}

/** All pictures that can be had are kept. */
export function complete(job: StoredJob, assets: StoredAsset[], now: number): Step {
  if (!isSaving(job.state)) return null;
  const failedCount = Math.max(0, job.request.n - assets.length);
  return become(job, { status: 'COMPLETED', completedAt: now, assets, failedCount, charged: 'yes' });
}

/** The pictures were made, and not one could be had. */
export function failSaving(job: StoredJob, errorCode: 'download_failed' | 'internal', now: number): Step {
  return isSaving(job.state) ? fail(job, errorCode, 'yes', now) : null;
}

export function cancel(job: StoredJob, now: number): Step {
  const { state } = job;
  switch (state.status) {
    case 'PENDING':
      return fail(job, 'canceled', 'no', now);
    case 'PROCESSING':
      return fail(job, 'canceled', state.stage === 'saving' ? 'yes' : state.call ? 'unknown' : 'no', now);
    default:
      return null;
  }
}

/** Waited too long, and was never sent. */
export function expire(job: StoredJob, now: number): Step {
  return job.state.status === 'PENDING' ? fail(job, 'expired', 'no', now) : null;
}

/** The late end of a call whose job was given up says what that job cost. */
function settleCharge(job: StoredJob, charged: Charged): Step {
  const { state } = job;
  if (state.status !== 'FAILED' || state.charged !== 'unknown' || charged === 'unknown') return null;
  return become(job, { ...state, charged });
}

export function hasEnded({ state }: StoredJob): boolean {
  return state.status === 'COMPLETED' || state.status === 'FAILED';
}

type Generating = Extract<JobState, { stage: 'generating' }>;
type Calling = Generating & { call: NonNullable<Generating['call']> };

function isCalling(state: JobState): state is Calling {
  return state.status === 'PROCESSING' && state.stage === 'generating' && state.call !== null;
}

export function isSaving(state: JobState): boolean {
  return state.status === 'PROCESSING' && state.stage === 'saving';
}
