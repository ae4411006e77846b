import type { StoredImage } from '../../job/stored-image.ts';
import type { Trx } from './database.ts';
import { recordFileDeletions } from './doomed-files.ts';
import { toImage } from './job-row.ts';
import type { DeletedJobRow } from './schema.ts';
import { lockUpload } from './upload-row.ts';

interface Options {
  now: number;
  hasConcurrentWriters: boolean;
  /** Whether its user deleted it, which is remembered; else it has served its time. */
  byUser: boolean;
}

/**
 * Removes the job, its pictures, its upload where no other job names that, and what was said of its calls. Answers the keys
 * of the files, which are on record as doomed.
 */
export async function deleteJobRows(trx: Trx, jobId: string, options: Options): Promise<string[]> {
  const { now, hasConcurrentWriters, byUser } = options;
  // Before the job, as the end of a call takes the two, so that neither waits for the other.
  await clearProviderMessages(trx, jobId);
  const job = await trx
    .deleteFrom('jobs')
    .where('job_id', '=', jobId)
    .returning(['user_id', 'upload_id'])
    .executeTakeFirst();
  if (!job) return [];
  if (byUser) await rememberDeleted(trx, { job_id: jobId, user_id: job.user_id, deleted_at: now });
  const keys = await deleteNamingRows(trx, jobId, job.upload_id, hasConcurrentWriters);
  await recordFileDeletions(trx, keys, { jobId, now });
  return keys;
}

/** So that a repeat of the deletion, whose answer was lost, is answered as the first. */
async function rememberDeleted(trx: Trx, row: DeletedJobRow): Promise<void> {
  await trx
    .insertInto('deleted_jobs')
    .values(row)
    .onConflict((conflict) => conflict.doNothing()) // a restored job, deleted again
    .execute();
}

async function deleteNamingRows(
  trx: Trx,
  jobId: string,
  uploadId: string | null,
  hasConcurrentWriters: boolean,
): Promise<string[]> {
  const pictures = await trx.deleteFrom('pictures').where('job_id', '=', jobId).returningAll().execute();
  const keys = pictures.map(toImage).flatMap(imageKeys);
  // Held before it is asked who else names it, so that an order or another deletion at the same moment is not missed.
  if (uploadId === null || !(await lockUpload(trx, uploadId, hasConcurrentWriters))) return keys;
  const uploadKey = await deleteUnusedUpload(trx, uploadId);
  return uploadKey === null ? keys : [...keys, uploadKey];
}

/** The provider's words about a failed call may repeat the prompt. */
export async function clearProviderMessages(trx: Trx, jobId: string): Promise<void> {
  await trx.updateTable('attempts').set({ failure_message: null }).where('job_id', '=', jobId).execute();
}

async function deleteUnusedUpload(trx: Trx, uploadId: string): Promise<string | null> {
  const user = await trx.selectFrom('jobs').select('job_id').where('upload_id', '=', uploadId).executeTakeFirst();
  if (user) return null;
  const upload = await trx.deleteFrom('uploads').where('upload_id', '=', uploadId).returning('key').executeTakeFirst();
  return upload?.key ?? null;
}

/** The files of one result picture: as kept, and as the provider sent it. */
export function imageKeys({ source, asset }: StoredImage): string[] {
  return [...('key' in source ? [source.key] : []), ...(asset ? [asset.key] : [])];
}

/** What the provider sent of an ended job's pictures has served its time: they are kept as they are shown, or never shown. */
export async function recordSourceDeletions(trx: Trx, jobId: string, now: number): Promise<void> {
  const pictures = await trx.selectFrom('pictures').selectAll().where('job_id', '=', jobId).execute();
  const sources = pictures.map(toImage).flatMap(({ source }) => ('key' in source ? [source.key] : []));
  await recordFileDeletions(trx, sources, { jobId, now });
}
