import type { Kysely } from 'kysely';
import { admissionRefusal } from './admission-queue.ts';
import { countOrder, refuseRate } from './admit-job.ts';
import type { Database } from './database.ts';
import type { UploadStore } from './job-store.ts';
import type { Tables } from './schema.ts';
import { toUpload, uploadRow } from './upload-row.ts';

export function createSqlUploadStore({ db, now: readNow, transact, transactAlone }: Database): UploadStore {
  return {
    async refuseUpload(userId, ratePerMinute) {
      return transact(async (trx) => refuseRate(trx, userId, ratePerMinute, await readNow(trx)));
    },

    async createUpload(upload, ratePerMinute) {
      const admitted = transactAlone('admission', async (trx) => {
        if (await isKept(trx, upload.uploadId)) return null;
        const now = await readNow(trx);
        const refusal = await refuseRate(trx, upload.userId, ratePerMinute, now);
        if (refusal) return refusal;
        await trx.insertInto('uploads').values(uploadRow(upload, now)).execute();
        await countOrder(trx, { userId: upload.userId, images: 0 }, now);
        return null;
      });
      return admitted.catch(async (error: unknown) => {
        const refusal = admissionRefusal(error);
        return (await isKept(db, upload.uploadId)) ? null : refusal; // by an earlier try, of whose commit nobody heard
      });
    },

    async getUpload(uploadId) {
      const row = await db.selectFrom('uploads').selectAll().where('upload_id', '=', uploadId).executeTakeFirst();
      return row ? toUpload(row) : null;
    },
  };
}

async function isKept(from: Kysely<Tables>, uploadId: string): Promise<boolean> {
  const row = await from.selectFrom('uploads').select('upload_id').where('upload_id', '=', uploadId).executeTakeFirst();
  return row !== undefined;
}
