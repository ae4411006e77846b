import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import type { Tables } from './schema.ts';
import { StoreOpenError } from './store-open-error.ts';

/**
 * Brings the database up to date; of several processes at once one does it and the others wait. Rejects with StoreOpenError,
 * in one line that begins with `name`, when that cannot be done, as with a database of a newer version.
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

/** A step that the database has taken and this version does not know. */
async function newerMigration(db: Kysely<Tables>, migrations: Record<string, Migration>): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`SELECT name FROM ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  return rows.find(({ name }) => !(name in migrations))?.name;
}

/** Some errors of the network have a code and no words. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
