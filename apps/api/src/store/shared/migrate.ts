import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import type { Tables } from './schema.ts';
import { StoreOpenError } from './store-open-error.ts';

/**
 * Migrates the database; of several processes at once, one migrates and the others wait. Rejects with StoreOpenError,
 * in one line that begins with `name`, when that is impossible, as with a database written by a newer version.
 */
export async function migrate(db: Kysely<Tables>, migrations: Record<string, Migration>, name: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (!error) return;
  const newer = await newerMigration(db, migrations).catch(() => undefined);
  throw new StoreOpenError(
    newer === undefined
      ? `${name} cannot be brought up to date: ${describe(error)}`
      : `${name} cannot be brought up to date: a newer version of Darkroom has written it (${newer})`,
    { cause: error },
  );
}

/** A migration that the database has and this version does not know. */
async function newerMigration(db: Kysely<Tables>, migrations: Record<string, Migration>): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`SELECT name FROM ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  return rows.find(({ name }) => !(name in migrations))?.name;
}

/** Some network errors have a code and no message. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
