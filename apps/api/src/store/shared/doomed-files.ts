import type { Trx } from './database.ts';

/** Whoever dooms files goes on to delete them; only if it does not get there somebody else begins after this. */
const HEAD_START_MS = 2_000;

/** These files have to go: no row names them any more. To be called in the transaction that makes that so. */
export async function recordFileDeletions(
  trx: Trx,
  keys: readonly string[],
  { jobId, now }: { jobId: string | null; now: number },
): Promise<void> {
  if (keys.length === 0) return;
  const doomed = { worker_id: '', due_at: now + HEAD_START_MS, tries: 0 };
  await trx
    .insertInto('file_deletions')
    .values([...new Set(keys)].map((key) => ({ key, job_id: jobId, ...doomed })))
    .onConflict((conflict) => conflict.column('key').doUpdateSet(doomed))
    .execute();
}

/** A row names these files from now on. Answers how many of them were still remembered as about to be written. */
export async function clearWriteIntents(trx: Trx, keys: readonly string[]): Promise<number> {
  if (keys.length === 0) return 0;
  const { numDeletedRows } = await trx.deleteFrom('file_deletions').where('key', 'in', keys).executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
