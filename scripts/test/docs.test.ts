import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';

const ROOT = path.resolve(import.meta.dirname, '../..');
const DOCUMENTS = [
  ...['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md', 'test-kit/README.md'],
  ...globSync(['docs/**/*.md', 'apps/*/README.md', 'packages/*/README.md'], { cwd: ROOT }),
];
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

/** Folders against which a document writes its short paths, beside the root, its own folder and the `src` in that. */
const SHORT_FORMS: Record<string, string[]> = { 'docs/uniapp.md': ['apps/uniapp', 'apps/uniapp/src'] };
const API_SOURCE = ['apps/api/src'];

/** Written like paths of the repository, and none: output, data and installed packages, keys of a bucket, media types, addresses. */
const NO_PATHS =
  /^(dist|data|DATA_DIR|darkroom|test-output|node_modules|image|application)\/|^files\/owner$|^[\d.]+\/\d+$/;
const EXTENSION = /\.(ts|vue|js|json|ya?ml|md|css|html|conf|grit|png|webp|jpg|txt)$/;
/** A path may leave out these. `npx vitest run` takes the beginning of a file's path. */
const ENDINGS = ['', '.ts', '.test.ts'];

/** Every file and folder of the repository, relative to its root, without what is installed and built. */
const TREE = new Set(listTree(''));
const NAMES = [...TREE].map((file) => path.posix.basename(file));
function listTree(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'data', '.git', '.turbo'].includes(entry.name)) return [];
    const here = path.posix.join(folder, entry.name);
    return entry.isDirectory() ? [here, ...listTree(here)] : [here];
  });
}

interface Reference {
  /** What the reader sees. */
  shown: string;
  target: string;
}

/** The paths that a text names: targets of links, and words of code spans and of shell examples that look like one. */
function pathsIn(markdown: string): Reference[] {
  const prose = markdown.replace(/^```.*?^```/gms, '');
  const links = Array.from(
    prose.matchAll(/\[((?:!\[[^\]]*\]\([^)]*\)|[^\]])*)\]\(([^)\s]+)\)/g),
    ([, shown = '', to]) => ({
      shown: shown.replaceAll('`', ''),
      target: to?.replace(/#.*/, '') ?? '',
    }),
  ).filter(({ target }) => target !== '' && !target.includes('://'));
  const unlinked = prose.replace(/\[`[^`]*`\]\([^)]*\)/g, '');
  const spans = Array.from(unlinked.matchAll(/`([^`\n]+)`/g), ([, code]) => code ?? '');
  const shell = Array.from(markdown.matchAll(/^```sh\n(.*?)^```/gms), ([, code]) => code ?? '');
  const words = [...spans, ...shell].flatMap((code) => code.split(/\s+/)).filter(isPath);
  return [...links, ...words.flatMap(expandBraces).map((word) => ({ shown: word, target: word }))];
}

function isPath(word: string): boolean {
  if (!/^[\w.*][\w./*{},-]*$/.test(word) || word.startsWith('./') || NO_PATHS.test(word)) return false;
  return word.includes('/') || (EXTENSION.test(word) && !word.startsWith('.'));
}

function expandBraces(word: string): string[] {
  const [, before = '', choices, after = ''] = /^(.*?)\{(.*?)\}(.*)$/.exec(word) ?? [];
  return choices === undefined ? [word] : choices.split(',').flatMap((choice) => expandBraces(before + choice + after));
}

function exists(target: string, document: string): boolean {
  const own = path.posix.dirname(document);
  const bases = ['', own, path.posix.join(own, 'src'), ...(SHORT_FORMS[document] ?? API_SOURCE)];
  const places = bases.flatMap((base) => ENDINGS.map((end) => path.posix.join(base, target).replace(/\/$/, '') + end));
  if (!target.includes('*')) return places.some((place) => TREE.has(place));
  if (!target.includes('/')) return NAMES.some((name) => isLike(name, target));
  return places.some((place) => [...TREE].some((file) => isLike(file, place)));
}

function isLike(file: string, pattern: string): boolean {
  const [before = '', ...rest] = pattern.split('*');
  const [after = ''] = rest.slice(-1);
  const between = file.slice(before.length, file.length - after.length);
  return (
    file.length >= before.length + after.length &&
    file.startsWith(before) &&
    file.endsWith(after) &&
    !between.includes('/')
  );
}

/** What a text names and the repository does not have. */
function missingPaths(markdown: string, document: string): string[] {
  return pathsIn(markdown)
    .filter(({ shown, target }) => {
      const isOther = EXTENSION.test(shown) && path.posix.basename(shown) !== path.posix.basename(target);
      return isOther || !exists(target, document);
    })
    .map(({ shown, target }) => (shown === target ? target : `${shown} -> ${target}`));
}

const Manifest = z.object({ name: z.string(), scripts: z.record(z.string(), z.string()).default({}) });
const manifests = new Map(
  [
    'package.json',
    ...globSync(['apps/*/package.json', 'packages/*/package.json', 'e2e/package.json'], { cwd: ROOT }),
  ].map((file) => [path.posix.dirname(file), Manifest.parse(JSON.parse(read(file)))]),
);

/** The `npm run …` of a text that are no script of the root, of the workspace that the command names, or of its own. */
function missingScripts(markdown: string, document: string): string[] {
  const commands = markdown.matchAll(/npm run (?:--\S+ )*([\w:-]+)(?: -w (\S+[\w]))?/g);
  const own = [path.posix.dirname(document), ...(SHORT_FORMS[document] ?? [])];
  return Array.from(commands).flatMap(([command, script = '', workspace]) => {
    const places = workspace === undefined ? ['.', ...own] : [workspace];
    const found = [...manifests].filter(([folder, { name }]) => places.includes(folder) || name === workspace);
    return found.some(([, { scripts }]) => script in scripts) ? [] : [command];
  });
}

describe.each(DOCUMENTS)('%s', (document) => {
  test('names only files that exist', () => {
    expect(missingPaths(read(document), document)).toEqual([]);
  });

  test('names only npm scripts that exist', () => {
    expect(missingScripts(read(document), document)).toEqual([]);
  });
});

test('the diagram of the API shows every import between its folders, and no other', () => {
  const [, diagram = ''] = /^```mermaid\n(.*?)^```/ms.exec(read('apps/api/README.md')) ?? [];
  const arrows = Array.from(diagram.matchAll(/^ *(\w+) --> (\w+)$/gm), ([, from = '', to = '']) => [from, to] as const);
  const folders = new Set(arrows.flat().filter((name) => TREE.has(`apps/api/src/${name}`)));
  const drawn = arrows.filter((arrow) => arrow.every((name) => folders.has(name))).map((arrow) => arrow.join(' --> '));
  const imports = globSync('apps/api/src/*/**/*.ts', { cwd: ROOT }).flatMap((file) =>
    Array.from(read(file).matchAll(/from '(\..*?)'/g), ([, target = '']) => {
      const [from = '', to = ''] = [file, path.join(path.dirname(file), target)].map(
        (at) => at.split(path.sep)[3] ?? '',
      );
      return folders.has(from) && folders.has(to) && from !== to ? `${from} --> ${to}` : '';
    }),
  );
  expect(folders.size).toBe(8);
  expect(drawn.sort()).toEqual([...new Set(imports)].filter(Boolean).sort());
});

describe('the check of the documents', () => {
  test.each([
    ['a path', 'see `apps/api/src/http/rests.ts`', 'apps/api/src/http/rests.ts'],
    ['a folder', 'see `apps/web/`', 'apps/web/'],
    ['one of several files', '`e2e/{drain,drained}.test.ts`', 'e2e/drained.test.ts'],
    ['a pattern', '`e2e/*.spec.ts`', 'e2e/*.spec.ts'],
    ['a short path', '`jobs/run-jobs.ts`', 'jobs/run-jobs.ts'],
    ['a file in a command', '```sh\nnode scripts/begin.ts\n```', 'scripts/begin.ts'],
    ['a link', '[how](docs/nowhere.md#here)', 'how -> docs/nowhere.md'],
    [
      'a link to another file than it shows',
      '[`http/trpc.ts`](apps/api/src/http/rest.ts)',
      'http/trpc.ts -> apps/api/src/http/rest.ts',
    ],
  ])('finds %s that does not exist', (_what, markdown, missing) => {
    expect(missingPaths(markdown, 'README.md')).toEqual([missing]);
  });

  test.each(['npm run lints', 'npm run --silent tokens', 'npm run lint -w @darkroom/api', 'npm run dev:h5'])(
    'finds that there is no `%s`',
    (command) => {
      expect(missingScripts(`\`${command}\``, 'README.md')).toEqual([command]);
    },
  );

  test('accepts what exists: short paths, patterns, scripts of a workspace', () => {
    const markdown =
      '`jobs/run-job.ts`, `store/shared/choose-next`, `*.conformance.ts`, `e2e/h5/*.test.ts`, `npm run dev:h5 -w apps/uniapp`, ' +
      '`npm run build:h5 -w @darkroom/uniapp`, [`contracts/errors.ts`](packages/contracts/src/errors.ts), `/metrics`, `image/jpeg`';
    expect(missingPaths(markdown, 'README.md')).toEqual([]);
    expect(missingScripts(markdown, 'README.md')).toEqual([]);
  });
});
