import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cleanEnvironment, readListening } from '@darkroom/test-kit/api/api-environment';
import { API_MAIN } from '@darkroom/test-kit/process/checkout';
import { spawnChild } from '@darkroom/test-kit/process/spawn-child';

/** Runs the API on its embedded defaults (with the simulator) on a free port and an empty folder while `use` runs. */
export async function runProduct<Result>(use: (url: string) => Promise<Result>): Promise<Result> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-gallery-'));
  const env = { ...cleanEnvironment(), DATA_DIR: dataDir, PORT: '0' };
  const api = spawnChild(process.execPath, [API_MAIN], { cwd: dataDir, env });
  try {
    const { url } = await api.line(readListening);
    return await use(url);
  } finally {
    api.signal('SIGTERM');
    await api.ended;
    await rm(dataDir, { recursive: true, force: true });
  }
}
