import type { Kysely } from 'kysely';
import type { Tables } from './schema.ts';

/** Name of the key that signs links to files. */
export const LINK_KEY = 'file-links';
/** Name of the id that tells this deployment from others that keep files in the same place. */
export const DEPLOYMENT_ID = 'deployment';

/** Returns the secret of that name, created once and kept for the life of the database. */
export async function getOrCreateSecret(db: Kysely<Tables>, name: string, make: () => string): Promise<string> {
  await db
    .insertInto('secrets')
    .values({ name, value: make() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirstOrThrow();
  return row.value;
}

/** Null when it was never created. */
export async function readSecret(db: Kysely<Tables>, name: string): Promise<string | null> {
  const row = await db.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value ?? null;
}
