import { type Kysely, sql } from 'kysely';
import { PROCESSING } from './choose-next.ts';
import type { Database } from './database.ts';
import type { Tables } from './schema.ts';
import type { WorkerStore } from './worker-store.ts';

/** A worker that was not seen for this long is forgotten: no row says the same as an old one. */
const FORGET_AFTER_MS = 24 * 60 * 60 * 1_000;

interface Deps {
  database: Database;
  /**
   * How long a worker may go unseen, in milliseconds. Null where one process at a time has the database: everybody but who
   * asks is of the past, and nobody has to be seen.
   */
  leaseMs: number | null;
}

export function createSqlWorkerStore({ database, leaseMs }: Deps): WorkerStore {
  const { db, transact, transactAlone } = database;

  /**
   * Tells the lapsed from the living. Who was not seen itself for a while judges nobody until a whole lease later: it may
   * have been the database that was away, or the asker that stood still, and then all others need time to be seen again.
   */
  async function judge(from: Kysely<Tables>, asker: string): Promise<(seenAt: number | null) => boolean> {
    if (leaseMs === null) return () => true;
    const now = await database.now(from);
    const own = await from.selectFrom('workers').selectAll().where('worker_id', '=', asker).executeTakeFirst();
    const isFit = own && !isBreak(own.seen_at, now, leaseMs) && own.unbroken_since <= now - leaseMs;
    return (seenAt) => isFit === true && (seenAt === null || seenAt < now - leaseMs);
  }

  return {
    async beat(workerId, places) {
      if (leaseMs === null) return;
      await transact(async (trx) => {
        const now = await database.now(trx);
        const last = await trx
          .selectFrom('workers')
          .select(['seen_at', 'unbroken_since'])
          .where('worker_id', '=', workerId)
          .executeTakeFirst();
        const isUnbroken = last && !isBreak(last.seen_at, now, leaseMs);
        const seen = { places, seen_at: now, unbroken_since: isUnbroken ? last.unbroken_since : now };
        await trx
          .insertInto('workers')
          .values({ worker_id: workerId, ...seen })
          .onConflict((conflict) => conflict.column('worker_id').doUpdateSet(seen))
          .execute();
        await trx
          .deleteFrom('workers')
          .where('seen_at', '<', now - FORGET_AFTER_MS)
          .execute();
      });
    },

    async leave(workerId) {
      await db.deleteFrom('workers').where('worker_id', '=', workerId).execute();
    },

    async countPlaces() {
      const now = await database.now(db);
      const row = await db
        .selectFrom('workers')
        .select(({ fn }) => fn.sum<number | null>('places').as('places'))
        .where('seen_at', '>=', now - (leaseMs ?? 0))
        .executeTakeFirstOrThrow();
      return row.places ?? 0;
    },

    async openAttempts(asker) {
      const hasLapsed = await judge(db, asker);
      const rows = await db
        .selectFrom('attempts')
        .leftJoin('workers', 'workers.worker_id', 'attempts.worker_id')
        .select(['attempts.attempt_id', 'attempts.job_id', 'attempts.worker_id', 'workers.seen_at'])
        .where('attempts.ended_at', 'is', null)
        .orderBy('attempts.started_at')
        .execute();
      return rows.map((row) => ({
        attemptId: row.attempt_id,
        jobId: row.job_id,
        worker: row.worker_id === asker ? 'self' : hasLapsed(row.seen_at) ? 'lapsed' : 'alive',
      }));
    },

    async adoptSaving(workerId) {
      return transactAlone('adoption', async (trx) => {
        const hasLapsed = await judge(trx, workerId);
        const saving = await trx
          .selectFrom('jobs')
          .innerJoin('attempts', 'attempts.job_id', 'jobs.job_id')
          .leftJoin('workers', 'workers.worker_id', 'attempts.worker_id')
          .select(['jobs.job_id', 'attempts.attempt_id', 'attempts.worker_id', 'workers.seen_at'])
          .where('jobs.status', '=', PROCESSING)
          .where('jobs.stage', '=', sql.lit('saving'))
          .where('attempts.outcome', '=', 'answered')
          .orderBy('jobs.updated_at')
          .execute();
        const mine = saving.filter((row) => row.worker_id === workerId || hasLapsed(row.seen_at));
        const adopted = mine.filter((row) => row.worker_id !== workerId).map((row) => row.attempt_id);
        if (adopted.length > 0) {
          await trx.updateTable('attempts').set({ worker_id: workerId }).where('attempt_id', 'in', adopted).execute();
        }
        return mine.map((row) => row.job_id);
      });
    },
  };
}

/** Beats are a fraction of this apart, so that after a break of less everybody is seen again before a lease has lapsed. */
function isBreak(seenAt: number, now: number, leaseMs: number): boolean {
  return seenAt < now - leaseMs / 2;
}
