import { readdir, utimes } from 'node:fs/promises';
import path from 'node:path';

/** Longer ago than the sweep's grace for files that no row names yet. */
const OLD_MS = 2 * 60 * 60 * 1_000;

/** The files that an API keeps, by their keys; also what a kill left half-written. Whose they are is none of them. */
export async function listStoredFiles(dataDir: string): Promise<{ key: string; file: string }[]> {
  const entries = await readdir(path.join(dataDir, 'files'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name !== 'owner')
    .map((entry) => ({ key: entry.name, file: path.join(entry.parentPath, entry.name) }));
}

export async function readFileKeys(dataDir: string): Promise<Set<string>> {
  return new Set((await listStoredFiles(dataDir)).map(({ key }) => key));
}

/** Makes every file old enough for the next sweep. */
export async function ageStoredFiles(dataDir: string): Promise<void> {
  const old = new Date(Date.now() - OLD_MS);
  for (const { file } of await listStoredFiles(dataDir)) await utimes(file, old, old);
}
