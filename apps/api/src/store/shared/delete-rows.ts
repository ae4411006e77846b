import type { StoredImage } from '../../job/stored-image.ts';
import type { Trx } from './database.ts';
import { recordFileDeletions } from './file-deletions.ts';
import { toImage } from './job-row.ts';
import type { DeletedJobRow } from './schema.ts';
import { isUnnamed, lockUploads } from './upload-row.ts';

interface Options {
  now: number;
  hasConcurrentWriters: boolean;
  /** True: its user deleted the job, which is recorded. False: the job has passed its retention. */
  byUser: boolean;
}

/**
 * Removes the job, its images, the provider's messages about its calls, and those of its uploads that no other job names.
 * Returns the keys of the files, which are recorded for deletion.
 */
export async function deleteJobRows(trx: Trx, jobId: string, options: Options): Promise<string[]> {
  const { now, hasConcurrentWriters, byUser } = options;
  // Changes attempts before the job, in the same order as the end of a call, so that the two cannot deadlock.
  await clearProviderMessages(trx, jobId);
  const job = await trx
    .deleteFrom('jobs')
    .where('job_id', '=', jobId)
    .returning(['user_id', 'upload_id'])
    .executeTakeFirst();
  if (!job) return [];
  if (byUser) await recordDeletedJob(trx, { job_id: jobId, user_id: job.user_id, deleted_at: now });
  const keys = await deleteNamingRows(trx, jobId, job.upload_id, hasConcurrentWriters);
  await recordFileDeletions(trx, keys, { jobId, now });
  return keys;
}

/** Records the deletion, so that a retry of a deletion whose response was lost gets the same response. */
async function recordDeletedJob(trx: Trx, row: DeletedJobRow): Promise<void> {
  await trx
    .insertInto('deleted_jobs')
    .values(row)
    .onConflict((conflict) => conflict.doNothing()) // a restored job, deleted again
    .execute();
}

async function deleteNamingRows(
  trx: Trx,
  jobId: string,
  firstUploadId: string | null,
  hasConcurrentWriters: boolean,
): Promise<string[]> {
  const images = await trx.deleteFrom('pictures').where('job_id', '=', jobId).returningAll().execute();
  const keys = images.map(toImage).flatMap(imageKeys);
  const further = await trx.deleteFrom('job_uploads').where('job_id', '=', jobId).returning('upload_id').execute();
  const uploadIds = [...(firstUploadId === null ? [] : [firstUploadId]), ...further.map((row) => row.upload_id)];
  // Lock the uploads before reading which jobs name them, so that a concurrent create or deletion is not missed.
  const locked = await lockUploads(trx, uploadIds, hasConcurrentWriters);
  return [...keys, ...(await deleteUnnamedUploads(trx, locked))];
}

/** Removes the provider's messages about failed calls: they may repeat the prompt. */
export async function clearProviderMessages(trx: Trx, jobId: string): Promise<void> {
  await trx.updateTable('attempts').set({ failure_message: null }).where('job_id', '=', jobId).execute();
}

async function deleteUnnamedUploads(trx: Trx, uploadIds: string[]): Promise<string[]> {
  if (uploadIds.length === 0) return [];
  const deleted = await trx
    .deleteFrom('uploads')
    .where('upload_id', 'in', uploadIds)
    .where(isUnnamed)
    .returning('key')
    .execute();
  return deleted.map((upload) => upload.key);
}

/** Keys of the files of one image: as received from the provider, and as stored. */
export function imageKeys({ source, asset }: StoredImage): string[] {
  return [...('key' in source ? [source.key] : []), ...(asset ? [asset.key] : [])];
}

/**
 * Records for deletion what an ended job received from the provider: its images are kept as they are shown, or will
 * never be shown.
 */
export async function recordSourceDeletions(trx: Trx, jobId: string, now: number): Promise<void> {
  const images = await trx.selectFrom('pictures').selectAll().where('job_id', '=', jobId).execute();
  const sources = images.map(toImage).flatMap(({ source }) => ('key' in source ? [source.key] : []));
  await recordFileDeletions(trx, sources, { jobId, now });
}
