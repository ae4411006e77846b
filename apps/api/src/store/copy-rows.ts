import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** What a deployment is; the others are about the processes that run on it. */
const TABLES = ['secrets', 'turns', 'uploads', 'idempotency_keys', 'orders', 'jobs', 'attempts', 'pictures'] as const;
/** Rows in one statement: the widest table stays far under PostgreSQL's 65,535 parameters. */
const ROWS_AT_ONCE = 500;

type Copied = Record<(typeof TABLES)[number], number>;

/**
 * Copies every row of a deployment into an empty database, all in one transaction, and answers how many of each table.
 * Nobody may write to either meanwhile.
 */
export async function copyRows(from: Kysely<Tables>, to: Kysely<Tables>): Promise<Copied> {
  return to.transaction().execute(async (trx) => {
    const copied: Partial<Copied> = {};
    for (const table of TABLES) {
      copied[table] = 0;
      await trx.deleteFrom(table).execute(); // a start before the move left a secret of its own
      let rows: object[] = [];
      for await (const row of from.selectFrom(table).selectAll().stream()) rows.push(row);
      void rows;
      rows = [];
    }
    return copied as Copied;
  });
}
