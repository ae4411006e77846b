/**
 * `npm run build` of a published package: `dist/` becomes the package itself, plain ESM with declarations. Inside the
 * workspace, `exports` keep pointing at the source, which Node runs directly.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface SourceManifest {
  exports: Record<string, string>;
  scripts?: unknown;
  devDependencies?: unknown;
}

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(1);

// Not validated: npm has read this file already in order to run this script.
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as SourceManifest;
writeFileSync('dist/package.json', `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
copyFileSync(path.join(import.meta.dirname, '../LICENSE'), 'dist/LICENSE');
copyFileSync('README.md', 'dist/README.md');

function publishedManifest({ scripts: _, devDependencies: __, exports, ...published }: SourceManifest): object {
  const built = Object.entries(exports).map(([entry, source]) => [entry, builtFiles(source)]);
  return { ...published, exports: Object.fromEntries(built) };
}

function builtFiles(source: string): { types: string; default: string } {
  const stem = source.replace(/^\.\/src\//, './').replace(/\.ts$/, '');
  return { types: `${stem}.d.ts`, default: `${stem}.js` };
}
