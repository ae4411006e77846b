import { chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeRunFolder } from './run-folder.ts';
import { startRunServer } from './run-server.ts';

/** Runs once per test run, in vitest's main process. Vitest's workers inherit the environment set here. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = makeRunFolder();
  chmodSync(folder, 0o711); // PostgreSQL reaches its own subfolder as another user when tests run as root
  process.env.NODE_COMPILE_CACHE ??= path.join(tmpdir(), 'node-compile-cache'); // shared between runs
  process.env.TMPDIR = folder;
  process.env.TEST_RUN_FOLDER = folder;
  const server = await startRunServer();
  process.env.TEST_RUN_SERVER = server.url;
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove); // also when the run is interrupted
  return async () => {
    await server.close();
    remove();
  };
}
