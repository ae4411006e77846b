/**
 * Looks at what the builds wrote, and fails on what must never be shipped: a missing file, DCloud's beacon, a foreign host, an
 * inline script, more bytes than the budget, a call that the oldest supported phone does not know. `node scripts/check-output.ts`
 * checks the builds and prints the bundle table.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOutput, readOutput } from './build-output.ts';
import { bundleSizes } from './bundle-sizes.ts';
import { ALLOWED, findNewerBuiltIns, type Runtime } from './newer-built-ins.ts';

/** Never fetched: names in XML, and pages that error texts point a developer to. */
const NAMED_ONLY = [
  'http://www.w3.org/',
  'https://vuejs.org/error-reference/',
  'https://github.com/trpc/trpc/issues/',
  'https://uniapp.dcloud.net.cn/tutorial/run/mp-log.html',
  'http://localhost:8080',
];

const NATIVE_SCRIPT = 'app-service.js';

export const PAGES = [
  'pages/index/index',
  'pages/discover/generation-loading',
  'pages/discover/generation-result',
  'pages/history/history',
  'pages/settings/settings',
  'pages/settings/privacy',
];

/** Faults of a build, one sentence each. */
export function findFaults(output: BuildOutput): string[] {
  const faults = missingFiles(output).map((path) => `${output.name}: ${path} is missing.`);
  const runtime = runtimeOf(output);
  for (const [builtIn, where] of newerBuiltIns(output)) {
    if (!(builtIn in ALLOWED[runtime])) faults.push(`${output.name}/${where}: ${builtIn} is newer than the targets.`);
  }
  if (output.name === 'app') return faults; // the rest of it is for HBuilderX to pack
  for (const { path, text } of output.files) {
    const where = `${output.name}/${path}`;
    if (text.includes('preloadAssets')) faults.push(`${where}: DCloud's beacon.`);
    for (const url of foreignUrls(text)) faults.push(`${where}: foreign address ${url}`);
    if (path.endsWith('.html') && /<script(?![^>]*\bsrc=)/.test(text)) faults.push(`${where}: an inline script.`);
  }
  for (const { part, bytes, budgetBytes } of bundleSizes(output)) {
    if (bytes > budgetBytes)
      faults.push(`${output.name}, ${part}: ${bytes} bytes are above the budget of ${budgetBytes}.`);
  }
  return faults;
}

/** What is allowed as an exception and is not there: a line to be removed. */
function findStaleExceptions(outputs: BuildOutput[]): string[] {
  return (['browser', 'engine'] as const).flatMap((runtime) => {
    const found = outputs
      .filter((output) => runtimeOf(output) === runtime)
      .flatMap((output) => [...newerBuiltIns(output).keys()]);
    return Object.keys(ALLOWED[runtime])
      .filter((name) => !found.includes(name))
      .map((name) => `newer-built-ins.ts: ${name} is allowed for the ${runtime}, and nothing uses it.`);
  });
}

/** Each with the first file that uses it. Of a native app only what is ours: the rest is DCloud's runtime as it comes. */
function newerBuiltIns(output: BuildOutput): Map<string, string> {
  const found = new Map<string, string>();
  for (const { path, text } of output.files) {
    if (!path.endsWith('.js') || (output.name === 'app' && path !== NATIVE_SCRIPT)) continue;
    for (const name of findNewerBuiltIns(text, runtimeOf(output))) if (!found.has(name)) found.set(name, path);
  }
  return found;
}

function runtimeOf({ name }: BuildOutput): Runtime {
  return name === 'h5' ? 'browser' : 'engine';
}

function missingFiles({ name, files }: BuildOutput): string[] {
  const needed = {
    h5: ['index.html'],
    app: [NATIVE_SCRIPT],
    'mp-weixin': ['app.js', 'app.json', 'app.wxss', ...PAGES.flatMap((page) => [`${page}.js`, `${page}.wxml`])],
  };
  return needed[name].filter((path) => !files.some((file) => file.path === path));
}

function foreignUrls(text: string): string[] {
  const urls = text.match(/\bhttps?:\/\/[\w.-]+[^\s"'`)]*|url\(['"]?\/\/[^)]*\)/g) ?? [];
  return urls.filter((url) => !NAMED_ONLY.some((known) => url.startsWith(known)));
}

export function printSizes(output: BuildOutput): void {
  for (const { part, bytes, budgetBytes } of bundleSizes(output)) {
    const kB = (count: number) => (count / 1000).toFixed(1).padStart(7);
    console.log(`${output.name.padEnd(10)}${part.padEnd(28)}${kB(bytes)} kB of ${kB(budgetBytes)}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const build = fileURLToPath(new URL('../dist/build', import.meta.url));
  const outputs = (['h5', 'mp-weixin', 'app'] as const).map((name) => readOutput(join(build, name), name));
  for (const output of outputs) printSizes(output);
  const faults = [...outputs.flatMap(findFaults), ...findStaleExceptions(outputs)];
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
