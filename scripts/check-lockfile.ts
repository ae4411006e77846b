/** `npm run lint` begins with it: fails when `npm ci` would install what package-lock.json does not pin byte by byte. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findLockfileFaults, type Lockfile, type Manifest } from './lockfile-faults.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** The lock file of this checkout, with the manifests of the root ('') and of every workspace by folder. */
export function readLockfile(): { lockfile: Lockfile; manifests: Record<string, Manifest> } {
  const root = readJson<Manifest & { workspaces: string[] }>('package.json');
  const folders = globSync(
    root.workspaces.map((pattern) => `${pattern}/package.json`),
    { cwd: ROOT },
  ).map((file) => path.dirname(file).replaceAll(path.sep, '/'));
  const workspaces = folders.map((folder) => [folder, readJson<Manifest>(`${folder}/package.json`)]);
  return { lockfile: readJson('package-lock.json'), manifests: { '': root, ...Object.fromEntries(workspaces) } };
}

// Not checked further: npm reads both files before anything of ours runs.
function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as T;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { lockfile, manifests } = readLockfile();
  const faults = findLockfileFaults(lockfile, manifests);
  for (const fault of faults) console.error(`package-lock.json, ${fault}`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
