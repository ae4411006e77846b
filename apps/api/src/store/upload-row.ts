import { type CreateImage, parseImageFile } from '@darkroom/contracts';
import type { Selectable } from 'kysely';
import type { Trx } from './database.ts';
import type { NewUpload, StoredUpload } from './job-store.ts';
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

/** The upload that an accepted order names, if it names one. */
export function namedUpload({ subject_reference }: CreateImage): string | null {
  const imageFile = subject_reference?.[0]?.image_file;
  const file = imageFile === undefined ? null : parseImageFile(imageFile);
  return file !== null && typeof file === 'object' && file.kind === 'upload' ? file.uploadId : null;
}

/** Whether the upload is there; if so it stays, where others write at the same time, until the transaction ends. */
export async function holdUpload(trx: Trx, uploadId: string, hasConcurrentWriters: boolean): Promise<boolean> {
  const upload = trx.selectFrom('uploads').select('upload_id').where('upload_id', '=', uploadId);
  const row = await (hasConcurrentWriters ? upload.forUpdate() : upload).executeTakeFirst();
  return row !== undefined;
}
