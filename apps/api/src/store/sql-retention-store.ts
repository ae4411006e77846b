import { RECENT_CALLS } from './attempts.ts';
import type { Database } from './database.ts';
import { pictureKeys } from './delete-rows.ts';
import { toPicture } from './job-row.ts';
import type { RetentionStore } from './job-store.ts';

/** Rows that one sweep handles, so that it never holds the database for long. */
const BATCH = 500;

export function createSqlRetentionStore({ db, transact }: Database): RetentionStore {
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
          .where(({ not, exists, selectFrom }) =>
            not(exists(selectFrom('jobs').select('job_id').whereRef('jobs.upload_id', '=', 'uploads.upload_id'))),
          )
          .limit(BATCH)
          .execute();
        if (old.length === 0) return [];
        const ids = old.map((row) => row.upload_id);
        const gone = await trx.deleteFrom('uploads').where('upload_id', 'in', ids).returning('key').execute();
        return gone.map((row) => row.key);
      });
    },

    async forgetBefore({ keys, orders }) {
      await db.deleteFrom('idempotency_keys').where('created_at', '<', keys).execute();
      await db.deleteFrom('orders').where('ordered_at', '<', orders).execute();
    },

    async forgetAttemptsBefore(before) {
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

    async unknownKeys(keys) {
      if (keys.length === 0) return [];
      const jobIds = keys.map(jobIdOfKey);
      // Read first: of a job that ends after this, no file is judged; of one that ended before, every row is there.
      const running = await db
        .selectFrom('jobs')
        .select('job_id')
        .where('job_id', 'in', jobIds)
        .where('completed_at', 'is', null)
        .execute();
      const runningIds = new Set(running.map((row) => row.job_id));
      const uploads = await db.selectFrom('uploads').select('key').where('key', 'in', keys).execute();
      const known = new Set(uploads.map((row) => row.key));
      const pictures = await db.selectFrom('pictures').selectAll().where('job_id', 'in', jobIds).execute();
      for (const key of pictures.map(toPicture).flatMap(pictureKeys)) known.add(key);
      return keys.filter((key) => !known.has(key) && !runningIds.has(jobIdOfKey(key)));
    },
  };
}

/** A result's key begins with its job's id, which is as long as every UUID. */
function jobIdOfKey(key: string): string {
  return key.slice(0, 36);
}
