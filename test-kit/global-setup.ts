import { chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeRunFolder } from './run-folder.ts';
import { startRunServer } from './run-server.ts';

/** Once per test run, in vitest's main process; its workers start with this environment. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = makeRunFolder();
  chmodSync(folder, 0o711); // PostgreSQL reaches its own folder in it as another user, where this runs as root
  process.env.NODE_COMPILE_CACHE ??= path.join(tmpdir(), 'node-compile-cache'); // outlives the run
  process.env.TMPDIR = folder;
  process.env.TEST_RUN_FOLDER = folder;
  const server = await startRunServer();
  process.env.TEST_RUN_SERVER = server.url;
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove); // also of a run that is broken off
  return async () => {
    await server.close();
    remove();
  };
}
