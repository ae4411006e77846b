import { isRecord, storedUserValue } from '../../platform/storage.ts';

/** A job created on this device whose end the user has not seen yet. */
export interface DeviceJob {
  job_id: string;
  /** Key of the draft that created this job. */
  idempotencyKey: string;
  /** Shows the photo while the job runs. */
  photoUrl: string | null;
}

/** Above the limit of active jobs a user may have. */
const KEPT_MAX = 50;

const stored = storedUserValue<DeviceJob[]>('darkroom.jobs', (json) =>
  Array.isArray(json) ? json.map(parseJob).filter((job) => job !== null) : null,
);

/** Jobs to resume after the app was killed: running, or ended and not seen. */
export const deviceJobs = {
  /** Newest first. */
  read: () => stored.read() ?? [],
  find: (jobId: string) => deviceJobs.read().find(({ job_id }) => job_id === jobId),
  add(job: DeviceJob): void {
    stored.write([job, ...without(job.job_id)].slice(0, KEPT_MAX));
  },
  /** Its end was seen, or the job is gone. */
  forget(jobId: string): void {
    if (deviceJobs.find(jobId)) stored.write(without(jobId));
  },
};

const without = (jobId: string) => deviceJobs.read().filter(({ job_id }) => job_id !== jobId);

function parseJob(json: unknown): DeviceJob | null {
  if (!isRecord(json) || typeof json.job_id !== 'string' || typeof json.idempotencyKey !== 'string') return null;
  const { job_id, idempotencyKey, photoUrl } = json;
  return { job_id, idempotencyKey, photoUrl: typeof photoUrl === 'string' ? photoUrl : null };
}
