import { spawn } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { makeRunFolder } from './run-folder.ts';
import { startRunServer } from './run-server.ts';

/** Runs once per test run, in vitest's main process. Vitest's workers inherit the environment set here. */
export default async function setup({ vitest }: TestProject): Promise<() => Promise<void>> {
  const { TMPDIR } = process.env;
  const folder = makeRunFolder();
  chmodSync(folder, 0o711); // PostgreSQL reaches its own subfolder as another user when tests run as root
  process.env.NODE_COMPILE_CACHE ??= path.join(tmpdir(), 'node-compile-cache'); // shared between runs
  process.env.TMPDIR = folder;
  process.env.TEST_RUN_FOLDER = folder;
  // Not while watching: a changed source must be loaded.
  const startsProcesses = vitest.projects.some(({ name }) => name === 'e2e') && !vitest.config.watch;
  const stopRecording = startsProcesses ? recordModules(folder) : () => {};
  const server = await startRunServer();
  process.env.TEST_RUN_SERVER = server.url;
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove); // also when the run is interrupted
  return async () => {
    stopRecording();
    await server.close();
    remove();
    // A script that started the run goes on without its folder.
    if (TMPDIR === undefined) Reflect.deleteProperty(process.env, 'TMPDIR');
    else process.env.TMPDIR = TMPDIR;
  };
}

/** Takes a few seconds beside the first tests; the processes that they start until then load their modules as usual. */
function recordModules(folder: string): () => void {
  const record = path.join(import.meta.dirname, 'module-cache/record.ts');
  const recording = spawn(process.execPath, [record, folder], { stdio: 'ignore' });
  return () => void recording.kill();
}
