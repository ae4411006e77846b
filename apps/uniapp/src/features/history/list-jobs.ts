import type { ImageJobPage } from '@darkroom/contracts';
import { LIST_LIMIT_MAX } from '@darkroom/contracts/limits';
import { api } from '../../api.ts';

/** Which jobs the history shows; part of its address. */
export type JobFilter = 'all' | 'running' | 'done' | 'failed';

export const JOB_FILTERS: readonly JobFilter[] = ['all', 'running', 'done', 'failed'];

interface PageQuery {
  filter: JobFilter;
  cursor?: string | undefined;
  limit?: number | undefined;
}

/** One page of the user's jobs, newest first. Rejects with an ImageApiError. */
export async function listJobs({ filter, cursor, limit }: PageQuery): Promise<ImageJobPage> {
  if (filter === 'all') return api.list({ cursor, limit });
  if (filter === 'done') return api.list({ cursor, limit, status: 'COMPLETED' });
  if (filter === 'failed') return api.list({ cursor, limit, status: 'FAILED' });
  return readRunning();
}

/**
 * All running jobs: a user may have fewer than `LIST_LIMIT_MAX`. Two requests, since the API filters by one status; a job that starts between them appears in both. */
async function readRunning(): Promise<ImageJobPage> {
  const [waiting, processing] = await Promise.all([
    api.list({ status: 'PENDING', limit: LIST_LIMIT_MAX }),
    api.list({ status: 'PROCESSING', limit: LIST_LIMIT_MAX }),
  ]);
  const jobs = new Map([...waiting.jobs, ...processing.jobs].map((job) => [job.job_id, job]));
  const newestFirst = [...jobs.values()].sort((a, b) => b.created_at.localeCompare(a.created_at));
  return { jobs: newestFirst, next_cursor: null };
}
