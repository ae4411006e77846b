import { posix } from 'node:path';
import type { Plugin } from 'vite';

/** A built file's path in the output, and its text. */
type Files = ReadonlyMap<string, string>;

/** A component is four files of one name; a module is one. They move together. */
const unitOf = (path: string) => path.replace(/\.(js|json|wxml|wxss)$/, '');

const RELATIVE_JS = /(["'])(\.{1,2}\/[^"']+)\.js\1/g;
const RELATIVE_COMPONENT = /(: ")(\.{1,2}\/[^"]+)(")/g;

interface AppJson {
  pages: string[];
  subPackages?: { root: string; pages: string[] }[];
}

/**
 * uni-app leaves every file where its source lies, so that what only subpackages use weighs on the main package. This moves
 * it: a file that only pages of one subpackage reach goes below that subpackage's root. WeChat lets no subpackage read
 * another, so what several of them share stays in the main package, unless `mayCopy` allows a copy in each. A copied module
 * exists once per subpackage: it must hold no state.
 */
export function moveToSubpackages(mayCopy: (unit: string) => boolean = () => false): Plugin {
  return {
    name: 'darkroom:move-to-subpackages',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const files = new Map(
          Object.values(bundle).map((file) => [
            file.fileName,
            file.type === 'chunk' ? file.code : String(file.source), // no asset of this app's is binary
          ]),
        );
        for (const { from, to, text } of moveFiles(files, mayCopy)) {
          delete bundle[from];
          this.emitFile({ type: 'asset', fileName: to, source: text });
        }
      },
    },
  };
}

/** Every file that moves, is copied, or names one that does, with its new place and text; a copied file once per copy. */
export function moveFiles(
  files: Files,
  mayCopy: (unit: string) => boolean,
): { from: string; to: string; text: string }[] {
  const app = JSON.parse(files.get('app.json') ?? '{"pages":[]}') as AppJson; // written by uni-app
  const roots = (app.subPackages ?? []).map(({ root }) => root);
  const users = findUsers(files, app);
  /** The packages that get the file; empty: it stays where it is. */
  const homesOf = (path: string): string[] => {
    const unit = unitOf(path);
    const packages = [...(users.get(unit) ?? [])];
    const isPlaced = roots.some((root) => path.startsWith(`${root}/`));
    if (isPlaced || packages.length === 0 || packages.includes('')) return [];
    return packages.length === 1 || mayCopy(unit) ? packages : [];
  };
  /** Where a file of the package `home` finds the file that was built as `path`. */
  const placeFrom = (home: string) => (path: string) => (homesOf(path).includes(home) ? `${home}/${path}` : path);
  const homeOf = (path: string) => roots.find((root) => path.startsWith(`${root}/`)) ?? '';

  return [...files]
    .flatMap(([from, text]) => {
      const homes = homesOf(from);
      const places = homes.length === 0 ? [{ home: homeOf(from), to: from }] : [];
      for (const home of homes) places.push({ home, to: `${home}/${from}` });
      return places.map(({ home, to }) => ({ from, to, text: readdress(from, to, text, placeFrom(home)) }));
    })
    .filter(({ from, to, text }) => from !== to || text !== files.get(from));
}

/** The packages whose pages reach a unit, by its path; the main package is the empty string. */
function findUsers(files: Files, { pages, subPackages = [] }: AppJson): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  function visit(unit: string, packageRoot: string): void {
    const seen = users.get(unit) ?? new Set();
    if (seen.has(packageRoot)) return;
    users.set(unit, seen.add(packageRoot));
    for (const used of usedBy(files, unit)) visit(used, packageRoot);
  }
  for (const unit of ['app', ...pages]) visit(unit, '');
  for (const { root, pages } of subPackages) for (const page of pages) visit(posix.join(root, page), root);
  return users;
}

function usedBy(files: Files, unit: string): string[] {
  const from = (path: string) => posix.join(posix.dirname(unit), path);
  const modules = [...(files.get(`${unit}.js`) ?? '').matchAll(RELATIVE_JS)];
  const components = [...(files.get(`${unit}.json`) ?? '').matchAll(RELATIVE_COMPONENT)];
  return [...modules, ...components].map(([, , path = '']) => from(path));
}

/** The text of a file that goes to `to`, with every relative path in it as it has to be once all files are in their places. */
function readdress(from: string, to: string, text: string, place: (path: string) => string): string {
  const here = posix.dirname(from);
  const newHere = posix.dirname(to);
  const move = (used: string) => {
    const moved = posix.relative(newHere, place(posix.join(here, used)));
    return moved.startsWith('.') ? moved : `./${moved}`;
  };
  if (from.endsWith('.js'))
    return text.replace(RELATIVE_JS, (_all, quote, used) => `${quote}${move(`${used}.js`)}${quote}`);
  if (from.endsWith('.json'))
    return text.replace(RELATIVE_COMPONENT, (_all, before, used, after) => `${before}${move(used)}${after}`);
  return text;
}
