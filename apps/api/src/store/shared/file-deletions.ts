import type { Trx } from './database.ts';

/**
 * Head start of the process that records a deletion and then deletes the files itself. Others take over only after
 * this.
 */
const HEAD_START_MS = 2_000;

/** Records files for deletion that no row names any more. Call it in the transaction that removes the last such row. */
export async function recordFileDeletions(
  trx: Trx,
  keys: readonly string[],
  { jobId, now }: { jobId: string | null; now: number },
): Promise<void> {
  if (keys.length === 0) return;
  const unclaimed = { worker_id: '', due_at: now + HEAD_START_MS, tries: 0 };
  await trx
    .insertInto('file_deletions')
    .values([...new Set(keys)].map((key) => ({ key, job_id: jobId, ...unclaimed })))
    .onConflict((conflict) => conflict.column('key').doUpdateSet(unclaimed))
    .execute();
}

/** Removes the write intents of files that a row names from now on. */
export async function clearWriteIntents(trx: Trx, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await trx.deleteFrom('file_deletions').where('key', 'in', keys).execute();
}

/**
 * Removes the worker's own write intent of a file that a row names from now on. Returns false if it is not recorded any
 * more, or was turned into a deletion: the file may be gone.
 */
export async function clearWriteIntent(trx: Trx, key: string, workerId: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('file_deletions')
    .where('key', '=', key)
    .where('worker_id', '=', workerId)
    .executeTakeFirstOrThrow();
  return numDeletedRows === 1n;
}
