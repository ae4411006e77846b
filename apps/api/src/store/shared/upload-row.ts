import { ImageError } from '@darkroom/contracts';
import type { Selectable } from 'kysely';
import { RETRY_AFTER_MIN_MS } from '../../retry/retry-after.ts';
import type { NewUpload, StoredUpload } from '../upload-store.ts';
import type { Trx } from './database.ts';
import { clearWriteIntents } from './file-deletions.ts';
import type { UploadRow } from './schema.ts';

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
 * Removes the write intent of the upload's file, so that the file stays. Throws `unavailable` when the intent is gone:
 * see `NewUpload.writtenBy`.
 */
export async function confirmUploadFile(trx: Trx, { key, writtenBy }: NewUpload): Promise<void> {
  const cleared = await clearWriteIntents(trx, [key]);
  if (writtenBy !== undefined && cleared === 0)
    throw new ImageError('unavailable', { retryAfterMs: RETRY_AFTER_MIN_MS });
}

/** Whether the upload exists. If so, and with concurrent writers, locks it until the transaction ends. */
export async function lockUpload(trx: Trx, uploadId: string, hasConcurrentWriters: boolean): Promise<boolean> {
  const upload = trx.selectFrom('uploads').select('upload_id').where('upload_id', '=', uploadId);
  const row = await (hasConcurrentWriters ? upload.forUpdate() : upload).executeTakeFirst();
  return row !== undefined;
}
