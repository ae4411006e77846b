import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readCopyList, UNIAPP } from './embed-client.ts';

const FEATURE = 'src/features';

/** The folders that the feature depends on, in addition to its own files. */
const FOUNDATIONS = ['src/platform/', 'src/ui/', 'src/i18n/', 'src/design/'];
/** The two files that connect the feature to the surrounding app. */
const SEAMS = ['src/api.ts', 'src/routes.ts'];
const PACKAGES = [
  '@darkroom/sdk',
  '@darkroom/contracts', // types only: scripts/lint/contracts-as-types.grit
  '@darkroom/contracts/errors',
  '@darkroom/contracts/limits',
  '@darkroom/contracts/models',
  '@darkroom/contracts/references',
  '@darkroom/contracts/upload-problems',
  '@dcloudio/uni-app',
  'thumbhash',
  'vue',
];

interface Import {
  file: string;
  /** A package, or a path below apps/uniapp. */
  from: string;
}

async function readImports(folder: string): Promise<Import[]> {
  const names = await readdir(path.join(UNIAPP, folder), { recursive: true });
  const files = names.filter((name) => /\.(ts|vue|css)$/.test(name)).map((name) => path.posix.join(folder, name));
  const imports = await Promise.all(
    files.map(async (file) => {
      const source = await readFile(path.join(UNIAPP, file), 'utf8');
      const specifiers = source.matchAll(/(?:\bfrom |\bimport |\bimport\(|@import )'([^']+)'/g);
      return [...specifiers].map(([, from = '']) => ({ file, from: locate(file, from) }));
    }),
  );
  return imports.flat();
}

const locate = (file: string, from: string) =>
  from.startsWith('.') ? path.posix.join(path.posix.dirname(file), from) : from;

const isWithin = (roots: string[]) => (name: string) =>
  roots.some((root) => name === root || name.startsWith(root.endsWith('/') ? root : `${root}/`));

test('imports only the sdk, platform/, ui/, i18n/, design/ and two files of the app in the feature', async () => {
  const imports = await readImports(FEATURE);
  const isKnown = isWithin([FEATURE, ...FOUNDATIONS, ...SEAMS]);
  const strange = imports.filter(({ from }) => (from.startsWith('src/') ? !isKnown(from) : !PACKAGES.includes(from)));
  expect(imports.length).toBeGreaterThan(100);
  expect(strange).toEqual([]);
});

test('lists every file that the copied feature imports as one to copy or to write', async () => {
  const { copied, written } = await readCopyList();
  const isThere = isWithin([...copied, ...written]);
  const imports = (await Promise.all(copied.map(readImports))).flat().filter(({ file }) => !written.includes(file));
  const missing = imports.filter(({ from }) => from.startsWith('src/') && !isThere(from));
  expect(copied).toContain(`${FEATURE}/`);
  expect(missing).toEqual([]);
});
