import { posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BuildOutput, OutputFile } from './build-output.ts';

/** One line of the bundle table. */
export interface BundleSize {
  part: string;
  bytes: number;
  budgetBytes: number;
}

/** WeChat's limit is 2 MB a package; the main package has our own smaller budget because users wait for it. */
const MAIN_PACKAGE_BUDGET_BYTES = 200_000;
const MINI_PROGRAM_BUDGET_BYTES = 2_000_000;
/** Half a second on a slow 3G line of 1.6 Mbit/s. */
const H5_FIRST_LOAD_BUDGET_BYTES = 120_000;

/** Sizes of what a phone loads, per package. */
export function bundleSizes(output: BuildOutput): BundleSize[] {
  if (output.name === 'app') return []; // installed, not loaded
  return output.name === 'h5' ? h5Sizes(output.files) : miniProgramSizes(output.files);
}

function miniProgramSizes(files: OutputFile[]): BundleSize[] {
  const roots = subpackageRoots(files);
  const within = (root: string) => files.filter(({ path }) => path.startsWith(`${root}/`));
  const main = files.filter(({ path }) => !roots.some((root) => path.startsWith(`${root}/`)));
  return [
    { part: 'main package', bytes: sum(main), budgetBytes: MAIN_PACKAGE_BUDGET_BYTES },
    ...roots.map((root) => ({
      part: `subpackage ${root}`,
      bytes: sum(within(root)),
      budgetBytes: MINI_PROGRAM_BUDGET_BYTES,
    })),
    { part: 'all packages', bytes: sum(files), budgetBytes: MINI_PROGRAM_BUDGET_BYTES },
  ];
}

function subpackageRoots(files: OutputFile[]): string[] {
  const app = files.find(({ path }) => path === 'app.json')?.text;
  // Written by uni-app.
  const { subPackages = [] } = JSON.parse(app || '{}') as { subPackages?: { root: string }[] };
  return subPackages.map(({ root }) => root);
}

/** Scripts needed for the first page: the entry, the page and their imports. */
function h5Sizes(files: OutputFile[]): BundleSize[] {
  const html = files.find(({ path }) => path === 'index.html')?.text ?? '';
  const entries = [...html.matchAll(/<script[^>]*\bsrc="\.\/([^"]+)"/g)].map(([, src = '']) => src);
  const firstPage = files.filter(({ path }) => /pages-index-index\.[^/]*\.js$/.test(path)).map(({ path }) => path);
  const loaded = new Set<string>();
  function load(path: string): void {
    const file = files.find((known) => known.path === path);
    if (!file || loaded.has(path)) return;
    loaded.add(path);
    for (const [, from = ''] of file.text.matchAll(/\b(?:from|import)\s*"(\.[^"]+\.js)"/g))
      load(posix.join(posix.dirname(path), from));
  }
  for (const path of [...entries, ...firstPage]) load(path);
  const bytes = files
    .filter(({ path }) => loaded.has(path))
    .reduce((total, { text }) => total + gzipSync(text).length, 0);
  return [{ part: 'first page, JS gzip', bytes, budgetBytes: H5_FIRST_LOAD_BUDGET_BYTES }];
}

function sum(files: OutputFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
