import type { Charged, JobErrorCode } from '@darkroom/contracts';
import { streamedImages } from './model-family.ts';
import { generatingProgress } from './progress.ts';
import type { StoredAsset } from './stored-image.ts';
import type { JobState, StoredJob } from './stored-job.ts';

/**
 * The state machine of a job, as pure steps. Each step takes the current job and returns the next one, or null when the
 * step does not apply any more: another change was committed first, and its outcome stands.
 *
 *     PENDING -> PROCESSING generating <-> (waiting to retry) -> PROCESSING saving -> COMPLETED
 *        \________________________\__________________________________\____________-> FAILED
 */
type Step = StoredJob | null;

/** A change that clients can see: it raises the version. */
function become(job: StoredJob, state: JobState): StoredJob {
  return { ...job, state, version: job.version + 1 };
}

function fail(job: StoredJob, errorCode: JobErrorCode, charged: Charged, now: number): StoredJob {
  return become(job, { status: 'FAILED', completedAt: now, errorCode, charged });
}

/** Starts a provider call for a PENDING job, or for one that waits to retry. Throws for a job in any other state. */
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

/**
 * The provider provably did not accept the call; the job waits to retry it. `retryAt` is milliseconds since the epoch.
 */
export function waitForRetry(job: StoredJob, wait: { retryAt: number; progressFrom: number }): Step {
  const { state } = job;
  if (isCalling(state)) return { ...job, state: { ...state, call: null, ...wait } };
  return settleCharge(job, 'no');
}

/** Like `waitForRetry`, `waitMs` milliseconds from now and with the job's current progress. */
export function scheduleRetry(job: StoredJob, waitMs: number, now: number): Step {
  const { state } = job;
  const progressFrom = isCalling(state) ? generatingProgress(state, now, streamedImages(job.request)) : 1;
  return waitForRetry(job, { retryAt: now + waitMs, progressFrom });
}

/** An image of a streamed answer is committed. Clients do not see it before its file is stored. */
export function countArrival(job: StoredJob): Step {
  const { state } = job;
  if (isCalling(state)) return { ...job, state: { ...state, arrived: (state.arrived ?? 0) + 1 } };
  return settleCharge(job, 'yes');
}

/** The file of an image that arrived during the call is stored: clients see it from now on. */
export function showArrival(job: StoredJob): Step {
  return showsArrivals(job) ? become(job, job.state) : null;
}

/** The provider answered with images, which are to be downloaded and stored. */
export function startSaving(job: StoredJob): Step {
  const { state } = job;
  if (isCalling(state)) return become(job, { status: 'PROCESSING', stage: 'saving', ...arrivedOf(state) });
  return settleCharge(job, 'yes');
}

/** The call ended before its answer was complete. Images that had arrived are kept. */
export function failCall(job: StoredJob, errorCode: JobErrorCode, charged: Charged, now: number): Step {
  if (!isCalling(job.state)) return settleCharge(job, charged);
  return job.state.arrived === undefined ? fail(job, errorCode, charged, now) : startSaving(job);
}

/**
 * Every image is either stored or given up, and at least one is stored. The index of an asset is kept if clients have
 * seen it during the call.
 */
export function complete(job: StoredJob, stored: StoredAsset[], now: number): Step {
  if (!isSaving(job.state)) return null;
  const assets = showsArrivals(job) ? stored : stored.map(({ index: _, ...asset }) => asset);
  const failedCount = Math.max(0, job.request.n - assets.length);
  return become(job, { status: 'COMPLETED', completedAt: now, assets, failedCount, charged: 'yes' });
}

/** The provider made the images, and none of them could be stored. */
export function failSaving(job: StoredJob, errorCode: 'download_failed' | 'internal', now: number): Step {
  return isSaving(job.state) ? fail(job, errorCode, 'yes', now) : null;
}

/**
 * Ends a job that has not ended. A call in flight cannot be recalled: whether it is charged is unknown until it ends or
 * an image arrives. Images that have arrived are kept.
 */
export function cancel(job: StoredJob, now: number): Step {
  const { state } = job;
  switch (state.status) {
    case 'PENDING':
      return fail(job, 'canceled', 'no', now);
    case 'PROCESSING': {
      const isCharged = state.stage === 'saving' || state.arrived !== undefined;
      const charged = isCharged ? 'yes' : state.call ? 'unknown' : 'no';
      return become(job, { status: 'FAILED', completedAt: now, errorCode: 'canceled', charged, ...arrivedOf(state) });
    }
    default:
      return null;
  }
}

/** Fails a job that waited longer than the queue TTL and was never sent. */
export function expire(job: StoredJob, now: number): Step {
  return job.state.status === 'PENDING' ? fail(job, 'expired', 'no', now) : null;
}

/** A late end of the call of a FAILED job settles whether the job was charged, if that is still unknown. */
function settleCharge(job: StoredJob, charged: Charged): Step {
  const { state } = job;
  if (state.status !== 'FAILED' || state.charged !== 'unknown' || charged === 'unknown') return null;
  return become(job, { ...state, charged });
}

export function hasEnded({ state }: StoredJob): boolean {
  return state.status === 'COMPLETED' || state.status === 'FAILED';
}

/** Whether clients see images of the job before it is COMPLETED: those that arrived one by one during its call. */
export function showsArrivals({ state }: StoredJob): boolean {
  return 'arrived' in state && state.arrived !== undefined;
}

/** Whether images of the job are still to be stored. */
export function wantsImages(job: StoredJob): boolean {
  return !hasEnded(job) || (job.state.status === 'FAILED' && showsArrivals(job));
}

/** Keeps the count of arrivals from one state to the next. */
function arrivedOf({ arrived }: { arrived?: number }): { arrived?: number } {
  return arrived === undefined ? {} : { arrived };
}

type Generating = Extract<JobState, { stage: 'generating' }>;
type Calling = Generating & { call: NonNullable<Generating['call']> };

function isCalling(state: JobState): state is Calling {
  return state.status === 'PROCESSING' && state.stage === 'generating' && state.call !== null;
}

export function isSaving(state: JobState): boolean {
  return state.status === 'PROCESSING' && state.stage === 'saving';
}
