import { sql } from 'kysely';
import type { Database } from '../../src/store/shared/database.ts';

/** Counts the connections to the database that match the condition on pg_stat_activity. */
export async function countBackends({ db }: Database, condition: string): Promise<number | undefined> {
  const { rows } = await sql<{ backends: number }>`
    SELECT count(*) AS backends FROM pg_stat_activity
    WHERE datname = current_database() AND ${sql.raw(condition)}`.execute(db);
  return rows[0]?.backends;
}
