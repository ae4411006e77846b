import type { RetentionStore } from '../retention-store.ts';
import { RECENT_CALLS } from './attempts.ts';
import type { Database } from './database.ts';
import { recordFileDeletions } from './file-deletions.ts';
import { unknownKeys } from './unknown-keys.ts';
import { isUnnamed } from './upload-row.ts';

/** Rows per sweep, so that a sweep never holds the database for long. */
const BATCH = 500;

export function createSqlRetentionStore({ db, now: readNow, transact }: Database): RetentionStore {
  return {
    async endedBefore(before) {
      const rows = await db
        .selectFrom('jobs')
        .select('job_id')
        .where('completed_at', '<', before)
        .orderBy('completed_at')
        .limit(BATCH)
        .execute();
      return rows.map((row) => row.job_id);
    },

    async deleteUploadsBefore(before) {
      return transact(async (trx) => {
        const old = await trx
          .selectFrom('uploads')
          .select('upload_id')
          .where('created_at', '<', before)
          .where(isUnnamed)
          .limit(BATCH)
          .execute();
        if (old.length === 0) return [];
        const ids = old.map((row) => row.upload_id);
        const gone = await trx.deleteFrom('uploads').where('upload_id', 'in', ids).returning('key').execute();
        const keys = gone.map((row) => row.key);
        await recordFileDeletions(trx, keys, { jobId: null, now: await readNow(trx) });
        return keys;
      });
    },

    async deleteExpired({ keys, usageEvents, deletedJobs }) {
      await db.deleteFrom('idempotency_keys').where('created_at', '<', keys).execute();
      await db.deleteFrom('orders').where('ordered_at', '<', usageEvents).execute();
      if (deletedJobs !== undefined)
        await db.deleteFrom('deleted_jobs').where('deleted_at', '<', deletedJobs).execute();
    },

    async deleteAttemptsBefore(before) {
      const { numDeletedRows } = await db
        .deleteFrom('attempts')
        .where('attempt_id', 'in', ({ selectFrom }) =>
          selectFrom('attempts as old')
            .select('old.attempt_id')
            .where('old.started_at', '<', before)
            .where('old.ended_at', '<', before)
            .where(({ not, exists, selectFrom }) =>
              not(exists(selectFrom('jobs').select('job_id').whereRef('jobs.job_id', '=', 'old.job_id'))),
            )
            .where(({ eb, or, selectFrom }) =>
              or([
                eb('old.outcome', '!=', 'answered'),
                eb(
                  'old.started_at',
                  '<',
                  selectFrom('attempts as latest')
                    .select('latest.started_at')
                    .whereRef('latest.kind', '=', 'old.kind')
                    .where('latest.outcome', '=', 'answered')
                    .orderBy('latest.started_at', 'desc')
                    .limit(1)
                    .offset(RECENT_CALLS - 1),
                ),
              ]),
            )
            .orderBy('old.started_at')
            .limit(BATCH),
        )
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },

    async deletedBefore() {
      const rows = await db
        .selectFrom('deleted_jobs')
        .innerJoin('jobs', 'jobs.job_id', 'deleted_jobs.job_id')
        .select('jobs.job_id')
        .execute();
      return rows.map((row) => row.job_id);
    },

    unknownKeys: (keys) => unknownKeys(db, keys),
  };
}
