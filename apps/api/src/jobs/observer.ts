import type { Clock } from '../clock.ts';
import { hasEnded } from '../job/job-state.ts';
import type { StoredJob, Transition } from '../job/stored-job.ts';
import type { ImageProvider } from '../provider/image-provider.ts';
import type { JobStore } from '../store/job-store.ts';

/** Events that metrics count. The names are those of the contract's tables; `error` is '' on success. */
export interface JobObserver {
  callEnded(call: { outcome: string; error: string; seconds: number }): void;
  jobEnded(job: { status: string; error: string; charged: string; seconds: number }): void;
  imageEnded(image: { result: 'compressed' | 'as_it_came' | 'failed'; bytes: number }): void;
}

/** Wraps a store: reports every job and image that ends, after its end is committed. */
export function observeStore(store: JobStore, observer: JobObserver): JobStore {
  async function observe(step: Transition, change: (step: Transition) => Promise<StoredJob | null>) {
    let ends = false;
    const after = await change((job, now) => {
      const next = step(job, now);
      ends = next !== null && !hasEnded(job) && hasEnded(next);
      return next;
    });
    if (after && ends) observer.jobEnded(describeEnd(after));
    return after;
  }
  return {
    ...store,
    changeJob: (jobId, step) => observe(step, (observed) => store.changeJob(jobId, observed)),
    endAttempt: (attemptId, end, step, sources) =>
      observe(step, (observed) => store.endAttempt(attemptId, end, observed, sources)),
    async endImage(jobId, position, asset) {
      const isKept = await store.endImage(jobId, position, asset);
      const result = asset === null ? 'failed' : asset.compressed ? 'compressed' : 'as_it_came';
      observer.imageEnded({ result, bytes: asset?.bytes ?? 0 });
      return isKept;
    },
  };
}

/** Wraps a provider: reports the end of every call. */
export function observeProvider(
  provider: ImageProvider,
  observer: JobObserver,
  clock: Pick<Clock, 'monotonic'>,
): ImageProvider {
  return {
    ...provider,
    async generate(call, recorder) {
      const startedAt = clock.monotonic();
      const outcome = await provider.generate(call, recorder);
      const error = outcome.kind === 'answered' ? '' : outcome.errorCode;
      observer.callEnded({ outcome: outcome.kind, error, seconds: (clock.monotonic() - startedAt) / 1_000 });
      return outcome;
    },
  };
}

function describeEnd({ state, createdAt }: StoredJob): Parameters<JobObserver['jobEnded']>[0] {
  if (state.status !== 'COMPLETED' && state.status !== 'FAILED') throw new Error('The job has not ended');
  return {
    status: state.status,
    error: state.status === 'FAILED' ? state.errorCode : '',
    charged: state.charged,
    seconds: (state.completedAt - createdAt) / 1_000,
  };
}
