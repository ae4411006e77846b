import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { build } from 'vite';
import { met, notRun } from '../measure/verdict.ts';
import type { Figure, Row } from '../row.ts';

const SDK_GOAL_BYTES = 9_000;
const APP = path.join(CHECKOUT, 'apps/uniapp');
/** Lines of the app's own table that the row is about, with the folder of the build. */
const PARTS = [
  { name: 'mp-weixin', part: 'main package', goalBytes: 200_000 },
  { name: 'h5', part: 'first page, JS gzip', goalBytes: 120_000 },
];

export const bundles: Row = {
  id: 'P11',
  measure: 'sdk with tRPC, min+gzip; mp-weixin main package; H5 first page gzip',
  against: '',
  goal: 'under 9 kB; under 200 kB; under 120 kB',
  run: async () => [await measureSdk(), ...measureApp()],
};

async function measureSdk(): Promise<Figure> {
  const entry = '\0entry';
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    root: import.meta.dirname, // so that the packages of this workspace are found
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'sdk-bundle' ? entry : undefined),
        load: (id) => (id === entry ? "export { createImageClient } from '@darkroom/sdk';" : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      rollupOptions: { input: 'sdk-bundle', preserveEntrySignatures: 'strict' },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  const code = outputs
    .flatMap((output) => ('output' in output ? output.output : []))
    .map((file) => (file.type === 'chunk' ? file.code : ''))
    .join('');
  const bytes = gzipSync(code).length;
  return {
    what: 'sdk with tRPC, min+gzip',
    measured: `${(bytes / 1_000).toFixed(1)} kB (${(code.length / 1_000).toFixed(1)} kB before gzip)`,
    verdict: met(bytes < SDK_GOAL_BYTES),
    numbers: { bytes },
  };
}

/** From the table that the app's build prints. */
function measureApp(): Figure[] {
  const isBuilt = PARTS.every(({ name }) => existsSync(path.join(APP, 'dist/build', name)));
  const table = isBuilt
    ? spawnSync(process.execPath, ['scripts/check-output.ts'], { cwd: APP, encoding: 'utf8' }).stdout
    : '';
  return PARTS.map(({ name, part, goalBytes }) => {
    const line = table.split('\n').find((text) => text.startsWith(name) && text.includes(part));
    const kilobytes = /([\d.]+) kB of/.exec(line ?? '')?.[1];
    const what = `${name}, ${part}`;
    if (kilobytes === undefined)
      return { what, measured: '-', verdict: notRun('run `npm run build` first'), numbers: {} };
    const bytes = Number(kilobytes) * 1_000;
    return { what, measured: `${kilobytes} kB`, verdict: met(bytes < goalBytes), numbers: { bytes } };
  });
}
