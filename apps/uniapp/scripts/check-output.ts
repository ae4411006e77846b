/**
 * Looks at what the builds wrote, and fails on what must never be shipped: a missing file, DCloud's beacon, a foreign host, a
 * mini program above its budget, an inline script. `node scripts/check-output.ts` checks both builds and prints their sizes.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** WeChat takes 2 MB; this app means to open at once. */
const MINI_PROGRAM_BUDGET_BYTES = 200_000;

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
];

export interface BuildOutput {
  name: 'h5' | 'mp-weixin';
  files: { path: string; bytes: number; text: string }[];
}

/** The files of one build; none if it was never built. */
export function readOutput(folder: string, name: BuildOutput['name']): BuildOutput {
  const paths = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const files = paths
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({
      path: relative(folder, path).replaceAll('\\', '/'),
      bytes: statSync(path).size,
      text: readFileSync(path, 'utf8'),
    }));
  return { name, files };
}

export function bytesOf({ files }: BuildOutput): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What is wrong with a build, one sentence each. */
export function findFaults(output: BuildOutput): string[] {
  const faults = missingFiles(output).map((path) => `${output.name}: ${path} is missing.`);
  for (const { path, text } of output.files) {
    const where = `${output.name}/${path}`;
    if (text.includes('preloadAssets')) faults.push(`${where}: DCloud's beacon.`);
    for (const url of foreignUrls(text)) faults.push(`${where}: foreign address ${url}`);
    if (path.endsWith('.html') && /<script(?![^>]*\bsrc=)/.test(text)) faults.push(`${where}: an inline script.`);
  }
  if (output.name === 'mp-weixin' && bytesOf(output) > MINI_PROGRAM_BUDGET_BYTES) {
    faults.push(`mp-weixin: ${bytesOf(output)} bytes are above the budget of ${MINI_PROGRAM_BUDGET_BYTES}.`);
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const build = fileURLToPath(new URL('../dist/build', import.meta.url));
  const outputs = [readOutput(join(build, 'h5'), 'h5'), readOutput(join(build, 'mp-weixin'), 'mp-weixin')];
  for (const output of outputs) console.log(`${output.name}: ${(bytesOf(output) / 1000).toFixed(1)} kB`);
  const faults = outputs.flatMap(findFaults);
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
