import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readLockfile } from '../check-lockfile.ts';
import { findLockfileFaults, type Lockfile, type Manifest } from '../lockfile-faults.ts';

const INTEGRITY = `sha512-${'A'.repeat(86)}==`;

function given(): { lockfile: Lockfile; manifests: Record<string, Manifest> } {
  return {
    lockfile: {
      lockfileVersion: 3,
      packages: {
        '': { name: 'root', version: '1.0.0', devDependencies: { tool: '1.2.3' } },
        'apps/api': { name: 'api', version: '1.0.0', dependencies: { sdk: '1.0.0', guard: '2.0.0' } },
        'apps/api/node_modules/guard': { version: '2.0.0', integrity: INTEGRITY },
        'packages/sdk': { name: 'sdk', version: '1.0.0', peerDependencies: { tool: '^1.0.0' } },
        'node_modules/api': { resolved: 'apps/api', link: true },
        'node_modules/sdk': { resolved: 'packages/sdk', link: true },
        'node_modules/guard': { version: '1.0.0', integrity: INTEGRITY },
        'node_modules/tool': {
          version: '1.2.3',
          integrity: INTEGRITY,
          dependencies: { guard: '^1.0.0' },
          optionalDependencies: { 'tool-darwin': '1.2.3' },
        },
        'node_modules/tool-darwin': { version: '1.2.3', integrity: INTEGRITY },
        'node_modules/tool/node_modules/inside': { version: '1.0.0', inBundle: true },
      },
    },
    manifests: {
      '': { name: 'root', version: '1.0.0', devDependencies: { tool: '1.2.3' } },
      'apps/api': { name: 'api', version: '1.0.0', dependencies: { guard: '2.0.0', sdk: '1.0.0' } },
      'packages/sdk': { name: 'sdk', version: '1.0.0', peerDependencies: { tool: '^1.0.0' } },
    },
  };
}

describe('findLockfileFaults', () => {
  test('accepts a lock file that pins every package by its integrity', () => {
    const { lockfile, manifests } = given();
    expect(findLockfileFaults(lockfile, manifests)).toEqual([]);
  });

  const GUARD = 'apps/api/node_modules/guard';
  test.each<[string, (packages: Lockfile['packages'], manifests: Record<string, Manifest>) => void, string]>([
    ['a package without an integrity', (all) => delete all[GUARD]?.integrity, `${GUARD}: no sha512 integrity.`],
    [
      'an integrity of a weaker hash',
      (all) => Object.assign(all[GUARD] ?? {}, { integrity: 'sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }),
      `${GUARD}: no sha512 integrity.`,
    ],
    [
      'a package from a named registry',
      (all) => Object.assign(all[GUARD] ?? {}, { resolved: 'https://registry.example/guard-2.0.0.tgz' }),
      `${GUARD}: resolved from https://registry.example/guard-2.0.0.tgz.`,
    ],
    [
      'a package from git',
      (all) => Object.assign(all[GUARD] ?? {}, { resolved: 'git+ssh://git@example.com/guard.git#1' }),
      `${GUARD}: resolved from git+ssh://git@example.com/guard.git#1.`,
    ],
    [
      'a link to a folder that is no workspace',
      (all) => Object.assign(all['node_modules/sdk'] ?? {}, { resolved: '../elsewhere' }),
      'node_modules/sdk: a link to ../elsewhere, which is no workspace.',
    ],
    [
      'a folder that package.json does not name',
      (all) => Object.assign(all, { 'vendor/guard': { version: '2.0.0' } }),
      'vendor/guard: neither a workspace nor a package of the registry.',
    ],
    [
      'a package with an install script',
      (all) => Object.assign(all[GUARD] ?? {}, { hasInstallScript: true }),
      `${GUARD}: has an install script, which ignore-scripts leaves out.`,
    ],
    [
      'a missing package of another platform',
      (all) => delete all['node_modules/tool-darwin'],
      'node_modules/tool: tool-darwin is not locked.',
    ],
    [
      'a missing dependency',
      (all) => [delete all['node_modules/guard'], delete all[GUARD]],
      'node_modules/tool: guard is not locked.',
    ],
    [
      'a version range where package.json should pin',
      (all, manifests) =>
        [all[''], manifests['']].map((root) => Object.assign(root ?? {}, { devDependencies: { tool: '^1.2.3' } })),
      'the root: tool is not pinned: ^1.2.3.',
    ],
    [
      'a version other than the pinned one',
      (all) => Object.assign(all[GUARD] ?? {}, { version: '2.0.1' }),
      'apps/api: guard is locked in 2.0.1, not 2.0.0.',
    ],
    [
      'a package.json that has changed since the lock file was written',
      (_, manifests) => Object.assign(manifests['packages/sdk'] ?? {}, { peerDependencies: { tool: '^2.0.0' } }),
      'packages/sdk: peerDependencies of package.json is not what is locked.',
    ],
    ['a missing workspace', (all) => delete all['packages/sdk'], 'packages/sdk: the workspace is missing.'],
  ])('reports %s', (_what, damage, fault) => {
    const { lockfile, manifests } = given();
    damage(lockfile.packages, manifests);
    expect(findLockfileFaults(lockfile, manifests)).toContain(fault);
  });
});

test('accepts the lock file of this checkout, and reports a missing integrity of ipaddr.js in it', () => {
  const { lockfile, manifests } = readLockfile();
  expect(findLockfileFaults(lockfile, manifests)).toEqual([]);
  const guard = 'apps/api/node_modules/ipaddr.js';
  const { integrity: _, ...unpinned } = lockfile.packages[guard] ?? {};
  const forgeable = { ...lockfile, packages: { ...lockfile.packages, [guard]: unpinned } };
  expect(findLockfileFaults(forgeable, manifests)).toEqual([`${guard}: no sha512 integrity.`]);
});

test('disables install scripts in .npmrc and keeps registry URLs out of the lock file', () => {
  const settings = readFileSync(path.resolve(import.meta.dirname, '../../.npmrc'), 'utf8').split('\n');
  expect(settings).toEqual(expect.arrayContaining(['ignore-scripts=true', 'omit-lockfile-registry-resolved=true']));
});
