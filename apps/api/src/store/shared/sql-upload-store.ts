import type { Kysely } from 'kysely';
import type { UploadStore } from '../upload-store.ts';
import { admissionRefusal } from './admission-queue.ts';
import { isCounted, recordUsage, refuseRate, refuseUploadSpace } from './admit-job.ts';
import type { Database } from './database.ts';
import { recordFileDeletions } from './file-deletions.ts';
import type { Tables } from './schema.ts';
import { confirmUploadFile, toUpload, uploadRow } from './upload-row.ts';

export function createSqlUploadStore({ db, now: readNow, transactExclusive }: Database): UploadStore {
  return {
    async countAttempts({ usageId, userId, attempts }, ratePerMinute) {
      const admitted = transactExclusive('admission', async (trx) => {
        if (await isCounted(trx, usageId)) return null;
        const now = await readNow(trx);
        const refusal = await refuseRate(trx, userId, ratePerMinute, now, attempts);
        if (refusal) return refusal;
        await recordUsage(trx, { usageId, userId, request: null }, now);
        for (let more = 1; more < attempts; more++) await recordUsage(trx, { userId, request: null }, now);
        return null;
      });
      return admitted.catch(async (error: unknown) => {
        const refusal = admissionRefusal(error);
        return (await isCounted(db, usageId)) ? null : refusal; // an earlier try may have committed
      });
    },

    async createUpload(upload, userUploadBytes) {
      const admitted = transactExclusive('admission', async (trx) => {
        if (await exists(trx, upload.uploadId)) return null;
        const now = await readNow(trx);
        const refusal = await refuseUploadSpace(trx, upload.userId, [upload], userUploadBytes, now);
        if (refusal) {
          await recordFileDeletions(trx, [upload.key], { jobId: null, now });
          return refusal;
        }
        await confirmUploadFile(trx, upload);
        await trx.insertInto('uploads').values(uploadRow(upload, now)).execute();
        return null;
      });
      return admitted.catch(async (error: unknown) => {
        const refusal = admissionRefusal(error);
        return (await exists(db, upload.uploadId)) ? null : refusal; // an earlier try may have committed
      });
    },

    async getUpload(uploadId) {
      const row = await db.selectFrom('uploads').selectAll().where('upload_id', '=', uploadId).executeTakeFirst();
      return row ? toUpload(row) : null;
    },

    async getUploads(uploadIds) {
      if (uploadIds.length === 0) return [];
      const rows = await db.selectFrom('uploads').selectAll().where('upload_id', 'in', uploadIds).execute();
      return rows.map(toUpload);
    },
  };
}

async function exists(from: Kysely<Tables>, uploadId: string): Promise<boolean> {
  const row = await from.selectFrom('uploads').select('upload_id').where('upload_id', '=', uploadId).executeTakeFirst();
  return row !== undefined;
}
