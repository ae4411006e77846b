import { type Kysely, sql } from 'kysely';
import * as z from 'zod';
import { FAMILIES } from '../../job/model-family.ts';
import type { WorkerStore } from '../worker-store.ts';
import { wantsCanceledImages } from './canceled-images.ts';
import { PROCESSING } from './choose-next.ts';
import type { Database } from './database.ts';
import { createLeaseCheck, isInterruption, type Leases } from './lease-check.ts';
import type { Tables } from './schema.ts';

const Slots = z.partialRecord(z.enum(FAMILIES), z.number());

/** Rows without a heartbeat for this long are deleted: no row means the same as an old one. */
const ROW_TTL_MS = 24 * 60 * 60 * 1_000;

export function createSqlWorkerStore({ database, leaseMs }: Leases & { database: Database }): WorkerStore {
  const { db, transact, transactExclusive } = database;
  const checkLeases = (from: Kysely<Tables>, callerId: string) =>
    createLeaseCheck({ database, leaseMs }, from, callerId);

  return {
    async heartbeat(workerId, slots) {
      if (leaseMs === null) return;
      await transact(async (trx) => {
        const now = await database.now(trx);
        const last = await trx
          .selectFrom('workers')
          .select(['seen_at', 'unbroken_since'])
          .where('worker_id', '=', workerId)
          .executeTakeFirst();
        const isContinuous = last && !isInterruption(last.seen_at, now, leaseMs);
        const seen = {
          places: slots['image-01'],
          slots: JSON.stringify(slots),
          seen_at: now,
          unbroken_since: isContinuous ? last.unbroken_since : now,
        };
        await trx
          .insertInto('workers')
          .values({ worker_id: workerId, ...seen })
          .onConflict((conflict) => conflict.column('worker_id').doUpdateSet(seen))
          .execute();
        await trx
          .deleteFrom('workers')
          .where('seen_at', '<', now - ROW_TTL_MS)
          .execute();
      });
    },

    async deregister(workerId) {
      await db.deleteFrom('workers').where('worker_id', '=', workerId).execute();
    },

    async countSlots(family) {
      const now = await database.now(db);
      const rows = await db
        .selectFrom('workers')
        .select(['places', 'slots'])
        .where('seen_at', '>=', now - (leaseMs ?? 0))
        .execute();
      return rows.reduce((total, row) => total + (readSlots(row)[family] ?? 0), 0);
    },

    async endedOf(callerId, workerIds) {
      if (workerIds.length === 0) return [];
      const isLeaseLost = await checkLeases(db, callerId);
      const rows = await db
        .selectFrom('workers')
        .select(['worker_id', 'seen_at'])
        .where('worker_id', 'in', workerIds)
        .execute();
      const seenAt = new Map(rows.map((row) => [row.worker_id, row.seen_at]));
      return workerIds.filter((id) => id !== callerId && isLeaseLost(seenAt.get(id) ?? null));
    },

    async openAttempts(callerId) {
      const isLeaseLost = await checkLeases(db, callerId);
      const rows = await db
        .selectFrom('attempts')
        .leftJoin('workers', 'workers.worker_id', 'attempts.worker_id')
        .select([
          'attempts.attempt_id',
          'attempts.job_id',
          'attempts.worker_id',
          'attempts.started_at',
          'workers.seen_at',
        ])
        .where('attempts.ended_at', 'is', null)
        .execute();
      // Not sorted by SQL: SQLite would read all attempts in the order of their starts.
      rows.sort((a, b) => a.started_at - b.started_at);
      return rows.map((row) => ({
        attemptId: row.attempt_id,
        jobId: row.job_id,
        worker: row.worker_id === callerId ? 'self' : isLeaseLost(row.seen_at) ? 'lapsed' : 'alive',
      }));
    },

    async adoptSaving(workerId) {
      return transactExclusive('adoption', async (trx) => {
        const isLeaseLost = await checkLeases(trx, workerId);
        const ended = trx
          .selectFrom('jobs')
          // Not an inner join: SQLite would begin with all attempts, and keeps the order of a cross join.
          .crossJoin('attempts')
          .whereRef('attempts.job_id', '=', 'jobs.job_id')
          .leftJoin('workers', 'workers.worker_id', 'attempts.worker_id')
          .select(['jobs.job_id', 'attempts.attempt_id', 'attempts.worker_id', 'workers.seen_at'])
          // Also a streamed answer that broke off: the images that had arrived are saved.
          .where('attempts.outcome', 'in', ['answered', 'failed', 'unknown'])
          .orderBy('jobs.updated_at');
        // Two queries: each has a partial index of its own.
        const saving = await ended
          .where('jobs.status', '=', PROCESSING)
          .where('jobs.stage', '=', sql.lit('saving'))
          .execute();
        const canceled = await ended.where(wantsCanceledImages).execute();
        const mine = [...saving, ...canceled].filter((row) => row.worker_id === workerId || isLeaseLost(row.seen_at));
        const adopted = mine.filter((row) => row.worker_id !== workerId).map((row) => row.attempt_id);
        if (adopted.length > 0) {
          await trx.updateTable('attempts').set({ worker_id: workerId }).where('attempt_id', 'in', adopted).execute();
        }
        return mine.map((row) => row.job_id);
      });
    },
  };
}

function readSlots({ slots, places }: { slots: string | null; places: number }): z.output<typeof Slots> {
  return slots === null ? { 'image-01': places } : Slots.parse(JSON.parse(slots));
}
