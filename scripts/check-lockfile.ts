/**
 * First step of `npm run lint`: fails if `npm ci` would install anything that package-lock.json does not pin byte for
 * byte.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findLockfileFaults, type Lockfile, type Manifest } from './lockfile-faults.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Reads this checkout's lock file and the manifests by folder: the root ('') and every workspace. */
export function readLockfile(): { lockfile: Lockfile; manifests: Record<string, Manifest> } {
  const root = readJson<Manifest & { workspaces: string[] }>('package.json');
  const folders = globSync(
    root.workspaces.map((pattern) => `${pattern}/package.json`),
    { cwd: ROOT },
  ).map((file) => path.dirname(file).replaceAll(path.sep, '/'));
  const workspaces = folders.map((folder) => [folder, readJson<Manifest>(`${folder}/package.json`)]);
  return { lockfile: readJson('package-lock.json'), manifests: { '': root, ...Object.fromEntries(workspaces) } };
}

// Not validated: npm reads both files before any of our code runs.
function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as T;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { lockfile, manifests } = readLockfile();
  const faults = findLockfileFaults(lockfile, manifests);
  for (const fault of faults) console.error(`package-lock.json, ${fault}`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
