/**
 * Looks at what the builds wrote, and fails on what must never be shipped: a missing file, DCloud's beacon, a foreign host, an
 * inline script, more bytes than the budget. `node scripts/check-output.ts` checks both builds and prints the bundle table.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOutput, readOutput } from './build-output.ts';
import { bundleSizes } from './bundle-sizes.ts';

/** Never fetched: names in XML, and pages that error texts point a developer to. */
const NAMED_ONLY = [
  'http://www.w3.org/',
  'https://vuejs.org/error-reference/',
  'https://github.com/trpc/trpc/issues/',
  'https://uniapp.dcloud.net.cn/tutorial/run/mp-log.html',
  'http://localhost:8080',
];

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

function missingFiles({ name, files }: BuildOutput): string[] {
  const needed =
    name === 'h5'
      ? ['index.html']
      : ['app.js', 'app.json', 'app.wxss', ...PAGES.flatMap((page) => [`${page}.js`, `${page}.wxml`])];
  return needed.filter((path) => !files.some((file) => file.path === path));
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
  const outputs = [readOutput(join(build, 'h5'), 'h5'), readOutput(join(build, 'mp-weixin'), 'mp-weixin')];
  for (const output of outputs) printSizes(output);
  const faults = outputs.flatMap(findFaults);
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
