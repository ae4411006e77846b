import { cp, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { cleanEnvironment } from '@darkroom/test-kit/api/api-environment';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { startChild } from '@darkroom/test-kit/process/start-child';

export const UNIAPP = `${CHECKOUT}apps/uniapp/`;
const OTHER_APP = `${CHECKOUT}e2e/embedding/app/`;
const DOCUMENT = `${CHECKOUT}docs/uniapp.md`;

/** Inside the checkout, so that packages resolve as in any of its workspaces. */
const WORK_DIR = `${CHECKOUT}test-output/embedding`;
export const BUILT = `${WORK_DIR}/dist/build/h5`;

/** The files that the document tells a team to copy and to write themselves, as paths below apps/uniapp. */
export async function readCopyList(): Promise<{ copied: string[]; written: string[] }> {
  const document = await readFile(DOCUMENT, 'utf8');
  return { copied: firstColumn(document, 'Copy'), written: firstColumn(document, 'Write your own') };
}

/** The paths in the first column of the table with this heading. */
function firstColumn(document: string, heading: string): string[] {
  const [, table = ''] = document.split(`\n| ${heading} |`);
  const [rows = ''] = table.split('\n\n');
  return [...rows.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
}

/** Follows the document's list as a team would: copies the files, and adds its own files. */
export async function copyIntoOtherApp(): Promise<void> {
  const { copied, written } = await readCopyList();
  await rm(WORK_DIR, { recursive: true, force: true });
  for (const name of copied) await cp(path.join(UNIAPP, name), path.join(WORK_DIR, name), { recursive: true });
  for (const name of written) await rm(path.join(WORK_DIR, name), { force: true });
  await cp(OTHER_APP, WORK_DIR, { recursive: true });
  // The packages are those that the document names: uni-app's pinned set, the SDK, thumbhash.
  await cp(`${UNIAPP}package.json`, `${WORK_DIR}/package.json`);
  await symlink(`${UNIAPP}node_modules`, `${WORK_DIR}/node_modules`);
  await mkdir(BUILT, { recursive: true });
}

/** Builds the other app for the browser, for an API at this address. Rejects with uni-app's error output. */
export async function buildOtherApp(apiUrl: string): Promise<void> {
  const build = startChild(process.execPath, [`${UNIAPP}node_modules/.bin/uni`, 'build'], {
    cwd: WORK_DIR,
    env: { ...cleanEnvironment(), CI: '1', VITE_API_ORIGIN: apiUrl },
  });
  const exit = await build.ended;
  if (exit !== 0) throw new Error([`uni build ended with ${exit}`, ...build.stdout, ...build.stderr].join('\n'));
}
