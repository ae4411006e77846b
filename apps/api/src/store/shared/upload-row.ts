import { ImageError } from '@darkroom/contracts';
import type { ExpressionBuilder, Selectable } from 'kysely';
import { RETRY_AFTER_MIN_MS } from '../../retry/retry-after.ts';
import type { NewUpload, StoredUpload } from '../upload-store.ts';
import type { Trx } from './database.ts';
import { clearWriteIntent } from './file-deletions.ts';
import type { Tables, UploadRow } from './schema.ts';

export function uploadRow(upload: NewUpload, now: number): UploadRow {
  return {
    upload_id: upload.uploadId,
    user_id: upload.userId,
    key: upload.key,
    content_type: upload.contentType,
    width: upload.width,
    height: upload.height,
    bytes: upload.bytes,
    created_at: now,
  };
}

export function toUpload(row: Selectable<UploadRow>): StoredUpload {
  return {
    uploadId: row.upload_id,
    userId: row.user_id,
    key: row.key,
    contentType: row.content_type,
    width: row.width,
    height: row.height,
    bytes: row.bytes,
    createdAt: row.created_at,
  };
}

/**
 * Removes the write intent of the upload's file, so that the file stays. Throws `unavailable` when the intent is gone,
 * or is a deletion by now: see `NewUpload.writtenBy`.
 */
export async function confirmUploadFile(trx: Trx, { key, writtenBy }: NewUpload): Promise<void> {
  if (writtenBy === undefined) return;
  const isCleared = await clearWriteIntent(trx, key, writtenBy);
  if (!isCleared) throw new ImageError('unavailable', { retryAfterMs: RETRY_AFTER_MIN_MS });
}

/**
 * Returns those of the uploads that exist. With concurrent writers, locks them until the transaction ends, always in
 * the same order, so that two transactions cannot deadlock.
 */
export async function lockUploads(trx: Trx, uploadIds: string[], hasConcurrentWriters: boolean): Promise<string[]> {
  if (uploadIds.length === 0) return [];
  const uploads = trx
    .selectFrom('uploads')
    .select('upload_id')
    .where('upload_id', 'in', uploadIds)
    .orderBy('upload_id');
  const rows = await (hasConcurrentWriters ? uploads.forUpdate() : uploads).execute();
  return rows.map((row) => row.upload_id);
}

/** A condition on rows of `uploads`: no job names the upload. */
export function isUnnamed({ and, exists, not, selectFrom }: ExpressionBuilder<Tables, 'uploads'>) {
  const first = selectFrom('jobs').select('jobs.job_id').whereRef('jobs.upload_id', '=', 'uploads.upload_id');
  const further = selectFrom('job_uploads')
    .select('job_uploads.job_id')
    .whereRef('job_uploads.upload_id', '=', 'uploads.upload_id');
  return and([not(exists(first)), not(exists(further))]);
}
