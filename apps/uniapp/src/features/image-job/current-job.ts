import { isRecord, storedValue } from '../../platform/storage.ts';
import { unseenJobs } from './unseen-jobs.ts';

/** The job that was created last, until its end has been seen: how a killed app finds its way back. */
export interface CurrentJob {
  job_id: string;
  photoUrl: string | null;
}

export const currentJob = storedValue<CurrentJob>('darkroom.current-job', (json) => {
  if (!isRecord(json) || typeof json.job_id !== 'string') return null;
  return { job_id: json.job_id, photoUrl: typeof json.photoUrl === 'string' ? json.photoUrl : null };
});

/** A job was created here, and its end is to be seen. */
export function rememberJob(job: CurrentJob): void {
  currentJob.write(job);
  unseenJobs.add(job.job_id);
}

/** Its end has been seen, or there is nothing to be seen. A later job stays. */
export function forgetJob(jobId: string): void {
  unseenJobs.see(jobId);
  if (currentJob.read()?.job_id === jobId) currentJob.clear();
}
