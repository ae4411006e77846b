import { cpSync, existsSync, mkdtempSync, renameSync } from 'node:fs';
import path from 'node:path';

/**
 * Puts an empty, migrated database into a new data folder. A copy takes a tenth of the time of the migrations. Opening
 * it still checks that it is up to date. Does nothing outside a test run: there the database is created when it is
 * opened.
 */
export async function copyMigratedDatabase(dataDir: string): Promise<void> {
  const runFolder = process.env.TEST_RUN_FOLDER;
  if (!runFolder) return;
  const migrated = path.join(runFolder, 'migrated-sqlite');
  if (!existsSync(migrated)) await migrate(runFolder, migrated);
  cpSync(migrated, dataDir, { recursive: true });
}

async function migrate(runFolder: string, target: string): Promise<void> {
  // Loaded dynamically, so that only one file of a run pays for it.
  const { openSqlite } = await import('@darkroom/api/open-sqlite');
  const made = mkdtempSync(path.join(runFolder, 'migrating-'));
  await (await openSqlite(made, { now: Date.now })).close(); // closing checkpoints the WAL into the one file
  try {
    renameSync(made, target);
  } catch (error) {
    if (!existsSync(target)) throw error; // otherwise another worker created it first
  }
}
