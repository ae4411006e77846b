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
 * uni-app leaves every file where its source lies, so that what one subpackage alone uses weighs on the main package. This
 * moves it: a file that only pages of one subpackage reach goes below that subpackage's root. What two of them share stays,
 * since WeChat lets no subpackage read another.
 */
export function moveToSubpackages(): Plugin {
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
        for (const { from, to, text } of moveFiles(files)) {
          delete bundle[from];
          this.emitFile({ type: 'asset', fileName: to, source: text });
        }
      },
    },
  };
}

/** Every file that moves or names one that does, with its new place and text. */
export function moveFiles(files: Files): { from: string; to: string; text: string }[] {
  const app = JSON.parse(files.get('app.json') ?? '{"pages":[]}') as AppJson; // written by uni-app
  const homes = findHomes(files, app);
  const place = (path: string) => {
    const root = homes.get(unitOf(path));
    return root === undefined || path.startsWith(`${root}/`) ? path : `${root}/${path}`;
  };
  return [...files]
    .map(([from, text]) => ({ from, to: place(from), text: readdress(from, text, place) }))
    .filter(({ from, to, text }) => from !== to || text !== files.get(from));
}

/** The one subpackage that reaches a unit, for every unit that is reached from no more than one. */
function findHomes(files: Files, { pages, subPackages = [] }: AppJson): Map<string, string> {
  const seenFrom = new Map<string, Set<string>>();
  function visit(unit: string, packageRoot: string): void {
    const seen = seenFrom.get(unit) ?? new Set();
    if (seen.has(packageRoot)) return;
    seenFrom.set(unit, seen.add(packageRoot));
    for (const used of usedBy(files, unit)) visit(used, packageRoot);
  }
  for (const unit of ['app', ...pages]) visit(unit, '');
  for (const { root, pages } of subPackages) for (const page of pages) visit(posix.join(root, page), root);
  return new Map(
    [...seenFrom].flatMap(([unit, [root = '', ...others]]) => (root && others.length === 0 ? [[unit, root]] : [])),
  );
}

function usedBy(files: Files, unit: string): string[] {
  const from = (path: string) => posix.join(posix.dirname(unit), path);
  const modules = [...(files.get(`${unit}.js`) ?? '').matchAll(RELATIVE_JS)];
  const components = [...(files.get(`${unit}.json`) ?? '').matchAll(RELATIVE_COMPONENT)];
  return [...modules, ...components].map(([, , path = '']) => from(path));
}

/** The text with every relative path in it as it has to be once all files are in their places. */
function readdress(path: string, text: string, place: (path: string) => string): string {
  const here = posix.dirname(path);
  const newHere = posix.dirname(place(path));
  const move = (used: string) => {
    const moved = posix.relative(newHere, place(posix.join(here, used)));
    return moved.startsWith('.') ? moved : `./${moved}`;
  };
  if (path.endsWith('.js'))
    return text.replace(RELATIVE_JS, (_all, quote, used) => `${quote}${move(`${used}.js`)}${quote}`);
  if (path.endsWith('.json'))
    return text.replace(RELATIVE_COMPONENT, (_all, before, used, after) => `${before}${move(used)}${after}`);
  return text;
}
