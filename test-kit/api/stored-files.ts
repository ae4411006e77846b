import { readdir, utimes } from 'node:fs/promises';
import path from 'node:path';

/** Older than the sweep's grace period for files without a row. */
const OLD_MS = 2 * 60 * 60 * 1_000;

/** Stored files by key, including half-written ones; the `owner` marker file is left out. */
async function listStoredFiles(dataDir: string): Promise<{ key: string; file: string }[]> {
  const entries = await readdir(path.join(dataDir, 'files'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== 'owner')
    .map((entry) => ({ key: entry.name, file: path.join(entry.parentPath, entry.name) }));
}

export async function readFileKeys(dataDir: string): Promise<Set<string>> {
  return new Set((await listStoredFiles(dataDir)).map(({ key }) => key));
}

/** Backdates every file so that the next sweep considers it. */
export async function ageStoredFiles(dataDir: string): Promise<void> {
  const old = new Date(Date.now() - OLD_MS);
  for (const { file } of await listStoredFiles(dataDir)) await utimes(file, old, old);
}
