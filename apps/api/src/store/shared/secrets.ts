import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** What links to files are signed by. */
export const LINK_KEY = 'file-links';
/** What tells a deployment from others that have their files in the same place. */
export const DEPLOYMENT_ID = 'deployment';

/** The secret of that name, made once and kept for the life of the database. */
export async function getOrCreateSecret(db: Kysely<Tables>, name: string, make: () => string): Promise<string> {
  await db
    .insertInto('secrets')
    .values({ name, value: make() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirstOrThrow();
  return row.value;
}

/** Null when it was never made. */
export async function readSecret(db: Kysely<Tables>, name: string): Promise<string | null> {
  const row = await db.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value ?? null;
}
