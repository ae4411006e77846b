import { sql } from 'kysely';
import type { Database } from '../../src/store/shared/database.ts';

/** How many connections to the database are as the condition on pg_stat_activity says. */
export async function countBackends({ db }: Database, condition: string): Promise<number | undefined> {
  const { rows } = await sql<{ backends: number }>`
    SELECT count(*) AS backends FROM pg_stat_activity
    WHERE datname = current_database() AND ${sql.raw(condition)}`.execute(db);
  return rows[0]?.backends;
}
