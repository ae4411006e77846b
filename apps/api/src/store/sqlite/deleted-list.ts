import { existsSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Kysely } from 'kysely';
import type { DeletedJobRow, Tables } from '../shared/schema.ts';

/** Each line: time (milliseconds since the epoch), job id, user id. A line that was cut short by a kill is ignored. */
const LINE = /^(\d{1,16}) ([0-9a-f-]{36}) (.+)$/;
/** Rows per statement; far below SQLite's limit on parameters. */
const ROWS_AT_ONCE = 500;

/**
 * A second record of the jobs that users deleted, in a file beside the database. Restoring a backup brings those jobs
 * back, but does not restore this file, so they are deleted again.
 */
export interface DeletedList {
  /** Appends a deletion; on disk when it resolves. */
  add(row: DeletedJobRow): Promise<void>;
}

/**
 * Adds to the database every listed deletion that it does not have, then rewrites the list from all deletions in the
 * database. Drops listed deletions from before `since` (milliseconds since the epoch): those jobs are in no backup
 * whose results would still be shown.
 */
export async function openDeletedList(dataDir: string, db: Kysely<Tables>, since: number): Promise<DeletedList> {
  const file = path.join(dataDir, 'deleted-jobs.log');
  const lines = existsSync(file) ? readLines(await readFile(file, 'utf8')) : [];
  const rows = lines.filter((row) => row.deleted_at >= since);
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await db
      .insertInto('deleted_jobs')
      .values(rows.slice(from, from + ROWS_AT_ONCE))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  const known = await db.selectFrom('deleted_jobs').selectAll().orderBy('deleted_at').execute();
  if (known.length > 0 || lines.length > 0) {
    await writeSynced(`${file}.new`, 'w', known.map(toLine).join(''));
    await rename(`${file}.new`, file);
  }
  return { add: (row) => writeSynced(file, 'a', toLine(row)) };
}

function readLines(text: string): DeletedJobRow[] {
  return text.split('\n').flatMap((line) => {
    const [, deletedAt, jobId, userId] = LINE.exec(line) ?? [];
    if (deletedAt === undefined || jobId === undefined || userId === undefined) return [];
    return [{ job_id: jobId, user_id: userId, deleted_at: Number(deletedAt) }];
  });
}

function toLine({ job_id, user_id, deleted_at }: DeletedJobRow): string {
  return `${deleted_at} ${job_id} ${user_id}\n`;
}

async function writeSynced(file: string, flags: 'w' | 'a', text: string): Promise<void> {
  const handle = await open(file, flags);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
