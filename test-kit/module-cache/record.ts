import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RecordedModules } from './replay.ts';

/**
 * `node record.ts <folder>` loads every module of the API and writes into the folder what `replay.ts` needs, and its
 * JavaScript as `replay.mjs`, which is complete once it exists.
 */

const CHECKOUT = path.join(import.meta.dirname, '../..');
const SOURCES = ['apps/api/src', ...readdirSync(path.join(CHECKOUT, 'packages')).map((name) => `packages/${name}/src`)];
/** They do their work when they are loaded. */
const PROGRAMS = /\/(main|migrate-to-postgres)\.ts$/;

const folder = process.argv[2];
if (folder === undefined) throw new Error('Usage: node record.ts <folder>');

const recorded: RecordedModules = { resolved: {}, sources: {} };
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolution = nextResolve(specifier, context);
    const kind = context.conditions.includes('require') ? 'require' : 'import';
    const importer = context.parentURL ?? '';
    recorded.resolved[importer] = {
      ...recorded.resolved[importer],
      [`${kind} ${specifier}`]: { url: resolution.url, format: resolution.format },
    };
    return resolution;
  },
});

const files = SOURCES.flatMap((source) =>
  readdirSync(path.join(CHECKOUT, source), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => path.join(CHECKOUT, source, file)),
);
for (const file of files) {
  const url = pathToFileURL(file).href;
  recorded.sources[url] = stripTypes(file);
  if (!PROGRAMS.test(file)) await import(url);
}
write('modules.json', JSON.stringify(recorded));
write('replay.mjs', stripTypes(path.join(import.meta.dirname, 'replay.ts')));

function stripTypes(file: string): string {
  return stripTypeScriptTypes(readFileSync(file, 'utf8'));
}

function write(name: string, text: string): void {
  const target = path.join(folder ?? '', name);
  writeFileSync(`${target}.new`, text);
  renameSync(`${target}.new`, target);
}
