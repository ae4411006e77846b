import { backOffMs } from '../../retry/back-off.ts';
import type { DeletionStore } from '../deletion-store.ts';
import type { Database, Trx } from './database.ts';
import { clearWriteIntents } from './file-deletions.ts';
import { createLeaseCheck, type Leases } from './lease-check.ts';
import { classifyKeys, jobIdOfKey } from './unknown-keys.ts';

/** Rows per claim, so that a claim never holds the database for long. */
const BATCH = 500;
/** How long a claim is valid, which is also the wait before the next try. */
const CLAIM = { firstMs: 10_000, maxMs: 60_000 };
/** Files of a job that still runs are checked again after this. */
const RUNNING_RECHECK_MS = 5_000;
const UPLOAD_KEY = /^.{36}-upload\./;

export function createSqlDeletionStore(deps: Leases & { database: Database }): DeletionStore {
  const { database } = deps;
  const { db, transact, transactExclusive, hasConcurrentWriters } = database;

  /** Rows that are due by the clock, also if it was set back since they were written. */
  function dueRows(trx: Trx, now: number) {
    return trx
      .selectFrom('file_deletions')
      .where(({ eb, or }) =>
        or([eb('file_deletions.due_at', '<=', now), eb('file_deletions.due_at', '>', now + CLAIM.maxMs)]),
      );
  }

  async function claimDue(trx: Trx, now: number): Promise<string[]> {
    const due = dueRows(trx, now).select(['key', 'tries']).where('worker_id', '=', '').orderBy('due_at').limit(BATCH);
    const rows = await (hasConcurrentWriters ? due.forUpdate().skipLocked() : due).execute();
    for (const tries of new Set(rows.map((row) => row.tries))) {
      const keys = rows.filter((row) => row.tries === tries).map((row) => row.key);
      await recordClaim(trx, keys, now + backOffMs(tries + 1, CLAIM), tries + 1);
    }
    return rows.map((row) => row.key);
  }

  /** Claims files whose writer has ended: no row will name them any more, unless another worker saves their job. */
  async function claimAbandoned(
    trx: Trx,
    workerId: string,
    keysInFlight: ReadonlySet<string>,
    now: number,
  ): Promise<string[]> {
    const isLeaseLost = await createLeaseCheck(deps, trx, workerId);
    const rows = await dueRows(trx, now)
      .leftJoin('workers', 'workers.worker_id', 'file_deletions.worker_id')
      .select(['file_deletions.key', 'file_deletions.worker_id', 'workers.seen_at'])
      .where('file_deletions.worker_id', '!=', '')
      .orderBy('due_at')
      .limit(BATCH)
      .execute();
    const ended = rows.filter((row) =>
      row.worker_id === workerId ? !keysInFlight.has(row.key) : isLeaseLost(row.seen_at),
    );
    const keys = await lock(
      trx,
      ended.map((row) => row.key),
    );
    if (keys.length === 0) return [];
    const { running, named } = await classifyKeys(trx, keys);
    await clearWriteIntents(trx, [...named]); // named by a version that does not know this table
    if (running.size > 0) {
      await trx
        .updateTable('file_deletions')
        .set({ due_at: now + RUNNING_RECHECK_MS })
        .where('key', 'in', [...running])
        .execute();
    }
    const claimed = keys.filter((key) => !named.has(key) && !running.has(key));
    await recordClaim(trx, claimed, now + CLAIM.firstMs, 1);
    return claimed;
  }

  /** Locks the rows. Skips those that another transaction removes at this moment because it names the files. */
  async function lock(trx: Trx, keys: string[]): Promise<string[]> {
    if (!hasConcurrentWriters || keys.length === 0) return keys;
    const rows = await trx
      .selectFrom('file_deletions')
      .select('key')
      .where('key', 'in', keys)
      .where('worker_id', '!=', '')
      .forUpdate()
      .skipLocked()
      .execute();
    return rows.map((row) => row.key);
  }

  async function recordClaim(trx: Trx, keys: string[], until: number, tries: number): Promise<void> {
    if (keys.length === 0) return;
    await trx
      .updateTable('file_deletions')
      .set({ worker_id: '', due_at: until, tries })
      .where('key', 'in', keys)
      .execute();
  }

  return {
    async intendWrites(keys, workerId, jobId) {
      if (keys.length === 0) return;
      await transact(async (trx) => {
        const intent = { worker_id: workerId, due_at: await database.now(trx) };
        await trx
          .insertInto('file_deletions')
          .values(keys.map((key) => ({ key, job_id: jobId ?? null, tries: 0, ...intent })))
          // A file that is recorded for deletion stays so, even if it is written again.
          .onConflict((conflict) =>
            conflict.column('key').doUpdateSet(intent).where('file_deletions.worker_id', '!=', ''),
          )
          .execute();
      });
    },

    async claim(workerId, keysInFlight) {
      const some = await db.selectFrom('file_deletions').select('key').limit(1).executeTakeFirst();
      if (!some) return []; // the usual case, without a lock
      return transactExclusive('deletion', async (trx) => {
        const now = await database.now(trx);
        return [...(await claimDue(trx, now)), ...(await claimAbandoned(trx, workerId, keysInFlight, now))];
      });
    },

    async finish(keys) {
      if (keys.length === 0) return;
      await transact(async (trx) => {
        await trx.deleteFrom('file_deletions').where('key', 'in', keys).where('worker_id', '=', '').execute();
      });
    },

    async pendingOf(jobId) {
      const rows = await db.selectFrom('file_deletions').select('key').where('job_id', '=', jobId).execute();
      return rows.map((row) => row.key);
    },

    async makeAllDue() {
      const now = await database.now(db);
      await db.updateTable('file_deletions').set({ due_at: now }).where('due_at', '>', now).execute();
    },

    async hasOwner(key) {
      const owner = UPLOAD_KEY.test(key)
        ? db.selectFrom('uploads').select('upload_id as id').where('key', '=', key)
        : db.selectFrom('jobs').select('job_id as id').where('job_id', '=', jobIdOfKey(key));
      return (await owner.executeTakeFirst()) !== undefined;
    },
  };
}
