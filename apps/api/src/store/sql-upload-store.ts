import type { Kysely } from 'kysely';
import { countOrder, refuseRate } from './admit-job.ts';
import type { UploadStore } from './job-store.ts';
import type { Tables } from './schema.ts';
import { toUpload, uploadRow } from './upload-row.ts';

export function createSqlUploadStore({ db, clock }: { db: Kysely<Tables>; clock(): number }): UploadStore {
  return {
    async createUpload(upload, ratePerMinute) {
      return db.transaction().execute(async (trx) => {
        const now = clock();
        const refusal = await refuseRate(trx, upload.userId, ratePerMinute, now);
        if (refusal) return refusal;
        await trx.insertInto('uploads').values(uploadRow(upload, now)).execute();
        await countOrder(trx, { userId: upload.userId, images: 0 }, now);
        return null;
      });
    },

    async getUpload(uploadId) {
      const row = await db.selectFrom('uploads').selectAll().where('upload_id', '=', uploadId).executeTakeFirst();
      return row ? toUpload(row) : null;
    },
  };
}
