import { countOrder, refuseRate } from './admit-job.ts';
import type { Database } from './database.ts';
import { doomFiles } from './doomed-files.ts';
import type { UploadStore } from './job-store.ts';
import { nameUpload, toUpload, uploadRow } from './upload-row.ts';

export function createSqlUploadStore({ db, now: readNow, transact, transactAlone }: Database): UploadStore {
  return {
    async refuseUpload(userId, ratePerMinute) {
      return transact(async (trx) => refuseRate(trx, userId, ratePerMinute, await readNow(trx)));
    },

    async createUpload(upload, ratePerMinute) {
      return transactAlone('admission', async (trx) => {
        const isKept = await trx
          .selectFrom('uploads')
          .select('upload_id')
          .where('upload_id', '=', upload.uploadId)
          .executeTakeFirst();
        if (isKept) return null;
        const now = await readNow(trx);
        const refusal = await refuseRate(trx, upload.userId, ratePerMinute, now);
        if (refusal) {
          await doomFiles(trx, [upload.key], { jobId: null, now });
          return refusal;
        }
        await nameUpload(trx, upload);
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
