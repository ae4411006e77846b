import type { Trx } from './database.ts';
import { toPicture } from './job-row.ts';
import type { StoredPicture } from './job-store.ts';
import { holdUpload } from './upload-row.ts';

/**
 * Removes the job, its pictures, its upload where no other job names that, and what was said of its calls. Answers the keys
 * of the files.
 */
export async function deleteJobRows(trx: Trx, jobId: string, hasConcurrentWriters: boolean): Promise<string[]> {
  // Before the job, as the end of a call takes the two, so that neither waits for the other.
  await forgetWords(trx, jobId);
  const job = await trx.deleteFrom('jobs').where('job_id', '=', jobId).returning('upload_id').executeTakeFirst();
  if (!job) return [];
  const pictures = await trx.deleteFrom('pictures').where('job_id', '=', jobId).returningAll().execute();
  const keys = pictures.map(toPicture).flatMap(pictureKeys);
  // Held before it is asked who else names it, so that an order or another deletion at the same moment is not missed.
  if (job.upload_id === null || !(await holdUpload(trx, job.upload_id, hasConcurrentWriters))) return keys;
  const uploadKey = await deleteUnusedUpload(trx, job.upload_id);
  return uploadKey === null ? keys : [...keys, uploadKey];
}

/** The provider's words about a failed call may repeat the prompt. */
export async function forgetWords(trx: Trx, jobId: string): Promise<void> {
  await trx.updateTable('attempts').set({ failure_message: null }).where('job_id', '=', jobId).execute();
}

async function deleteUnusedUpload(trx: Trx, uploadId: string): Promise<string | null> {
  const user = await trx.selectFrom('jobs').select('job_id').where('upload_id', '=', uploadId).executeTakeFirst();
  if (user) return null;
  const upload = await trx.deleteFrom('uploads').where('upload_id', '=', uploadId).returning('key').executeTakeFirst();
  return upload?.key ?? null;
}

/** The files of one result picture: as kept, and as the provider sent it. */
export function pictureKeys({ source, asset }: StoredPicture): string[] {
  return [...('key' in source ? [source.key] : []), ...(asset ? [asset.key] : [])];
}
