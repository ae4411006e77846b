import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { apiEnvironment, readListening } from '@darkroom/test-kit/api/api-environment';
import { API_MAIN } from '@darkroom/test-kit/process/checkout';
import { spawnChild } from '@darkroom/test-kit/process/spawn-child';

/** Runs the API with a simulator on free ports and an empty folder while `use` runs. */
export async function runProduct<Result>(use: (url: string, provider: Simulator) => Promise<Result>): Promise<Result> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-gallery-'));
  const provider = await startSimulator({ images: 'poster' });
  const env = apiEnvironment(provider, dataDir, {});
  const api = spawnChild(process.execPath, [API_MAIN], { cwd: dataDir, env });
  try {
    const { url } = await api.line(readListening);
    return await use(url, provider);
  } finally {
    api.signal('SIGTERM');
    await api.ended;
    await provider.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}
