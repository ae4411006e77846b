import { isRecord, storedUserValue } from '../../platform/storage.ts';

/** A job that was ordered on this device and whose end the person has not seen. */
export interface DeviceJob {
  job_id: string;
  /** Of the draft that became this job. */
  idempotencyKey: string;
  /** Shows the photo while the job is made. */
  photoUrl: string | null;
}

/** More than one person can have on the way at once. */
const KEPT_MAX = 50;

const stored = storedUserValue<DeviceJob[]>('darkroom.jobs', (json) =>
  Array.isArray(json) ? json.flatMap((job) => parseJob(job) ?? []) : null,
);

/** How a killed app finds its way back: each of these runs, or is news once it has ended. */
export const deviceJobs = {
  /** Newest first. */
  read: () => stored.read() ?? [],
  find: (jobId: string) => deviceJobs.read().find(({ job_id }) => job_id === jobId),
  add(job: DeviceJob): void {
    stored.write([job, ...without(job.job_id)].slice(0, KEPT_MAX));
  },
  /** Its end has been seen, or there is nothing to be seen. */
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
