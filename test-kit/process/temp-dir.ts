import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

/** Creates an empty folder that is removed when the test ends. */
export async function createTempDir(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'darkroom-e2e-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
