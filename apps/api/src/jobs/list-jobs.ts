import { invalidField, type ListQuery, type Viewer } from '@darkroom/contracts';
import * as z from 'zod';
import type { StoredJob } from '../job/stored-job.ts';
import type { JobStore } from '../store/job-store.ts';

export interface JobPage {
  jobs: StoredJob[];
  nextCursor: string | null;
}

/** Returns one page of the viewer's own jobs, newest first. Jobs created meanwhile never shift a page. */
export async function listJobs(store: Pick<JobStore, 'listJobs'>, viewer: Viewer, query: ListQuery): Promise<JobPage> {
  const jobs = await store.listJobs({
    userId: viewer.user_id,
    status: query.status,
    starId: query.star_id,
    before: query.cursor === undefined ? undefined : readCursor(query.cursor),
    limit: query.limit + 1,
  });
  const page = jobs.slice(0, query.limit);
  const last = page.at(-1);
  return { jobs: page, nextCursor: last && jobs.length > page.length ? writeCursor(last) : null };
}

const Cursor = z.tuple([z.int(), z.uuid()]);

function writeCursor(last: StoredJob): string {
  return Buffer.from(JSON.stringify([last.createdAt, last.jobId])).toString('base64url');
}

function readCursor(text: string): { createdAt: number; jobId: string } {
  try {
    const [createdAt, jobId] = Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { createdAt, jobId };
  } catch {
    throw invalidField(['cursor'], '分页游标无效，请使用上一页返回的 next_cursor');
  }
}
