import path from 'node:path';
import Database from 'better-sqlite3';
import * as z from 'zod';

export const Attempt = z.object({
  job_id: z.string(),
  /** Milliseconds since the epoch, by the database's clock. */
  started_at: z.coerce.number<unknown>(),
  /** Null while the call is in flight. */
  outcome: z.string().nullable(),
  failure_message: z.string().nullable(),
});
export type Attempt = z.output<typeof Attempt>;

export const ATTEMPTS = 'SELECT job_id, started_at, outcome, failure_message FROM attempts ORDER BY started_at, number';

/** Reads the provider calls that an API has recorded, oldest first. Works while the API runs and after it has ended. */
export function readAttempts({ dataDir }: { dataDir: string }): Attempt[] {
  const db = new Database(path.join(dataDir, 'darkroom.sqlite'), { readonly: true });
  try {
    return z.array(Attempt).parse(db.prepare(ATTEMPTS).all());
  } finally {
    db.close();
  }
}
