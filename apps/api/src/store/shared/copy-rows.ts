import { type Kysely, sql } from 'kysely';
import * as z from 'zod';
import type { Tables } from './schema.ts';
import { LINK_KEY, readSecret } from './secrets.ts';
import { StoreOpenError } from './store-open-error.ts';

/** What a deployment is; the other tables are about the processes that run on it. */
const TABLES = [
  'secrets',
  'turns',
  'uploads',
  'idempotency_keys',
  'orders',
  'jobs',
  'attempts',
  'pictures',
  'file_deletions',
  'deleted_jobs',
] as const;
/** Counted by the database that has it, and meaningless elsewhere. */
const COUNTED = new Set(['order_id']);
/** Rows in one statement: the widest table stays far under PostgreSQL's 65,535 parameters. */
const ROWS_AT_ONCE = 500;

const Row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
type Row = z.output<typeof Row>;

/**
 * Makes `to` a copy of the deployment in `from`, all in one transaction, and answers how many jobs that were; null if it is
 * that copy already. Nobody else may write to either meanwhile. Rejects with StoreOpenError when `to` has jobs of its own.
 */
export async function copyRows(from: Kysely<Tables>, to: Kysely<Tables>): Promise<number | null> {
  return to.transaction().execute(async (trx) => {
    if ((await countJobs(trx)) > 0) {
      if (await isSameDeployment(from, trx)) return null;
      throw new StoreOpenError('DATABASE_URL: has jobs of its own; a deployment can only move to an empty database');
    }
    for (const table of TABLES) {
      await trx.deleteFrom(table).execute(); // a start before the move made a secret of its own
      let rows: Row[] = [];
      for await (const row of from.selectFrom(table).selectAll().stream()) {
        rows.push(Row.parse(row));
        if (rows.length < ROWS_AT_ONCE) continue;
        await insertRows(trx, table, rows);
        rows = [];
      }
      await insertRows(trx, table, rows);
    }
    return countJobs(trx);
  });
}

/** Every deployment signs its links by a key of its own, made at its first start. */
async function isSameDeployment(one: Kysely<Tables>, other: Kysely<Tables>): Promise<boolean> {
  const own = await readSecret(one, LINK_KEY);
  return own !== null && own === (await readSecret(other, LINK_KEY));
}

async function countJobs(db: Kysely<Tables>): Promise<number> {
  const { jobs } = await db
    .selectFrom('jobs')
    .select(({ fn }) => fn.countAll<number>().as('jobs'))
    .executeTakeFirstOrThrow();
  return Number(jobs);
}

async function insertRows(to: Kysely<Tables>, table: string, rows: Row[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = Object.keys(first).filter((column) => !COUNTED.has(column));
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column] ?? null))})`);
  await sql`INSERT INTO ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))}) VALUES ${sql.join(values)}`.execute(
    to,
  );
}
