import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SimulatorOptions } from '@darkroom/minimax-simulator';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { createUser } from '../client/user.ts';
import { API_MAIN } from '../process/checkout.ts';
import { type Child, spawnChild } from '../process/spawn-child.ts';
import { openProvider, type Provider } from '../provider/start-provider.ts';
import { apiEnvironment, readListening, type Settings } from './api-environment.ts';
import { copyMigratedDatabase } from './migrated-sqlite.ts';
import type { RunningApi } from './start-api.ts';

/** Milliseconds until the jobs that a test has left must have ended. */
const IDLE = { timeout: 20_000, interval: 50 };

/** The first of the users that `user()` returns, apart from those that tests name. */
const FIRST_USER = 1_000;

export interface SharedApi {
  /** Without scripts or calls when a test begins. */
  provider: Provider;
  /** Its `user()` is another one for each test. */
  api: RunningApi;
}

interface Options {
  settings?: Settings;
  simulator?: SimulatorOptions;
}

/**
 * Starts one API and one provider for all tests of a file or a `describe` that neither end nor reconfigure them. A test
 * begins after the jobs of the one before have ended. The output of the API is printed when a test fails.
 */
export function shareApi({ settings = {}, simulator = {} }: Options = {}): () => SharedApi {
  const controller = new AbortController();
  let provider: Provider;
  let dataDir: string;
  let child: Child;
  let listening: { url: string; port: number };
  let ownUser = FIRST_USER;

  beforeAll(async () => {
    provider = await openProvider(simulator);
    dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-e2e-'));
    await copyMigratedDatabase(dataDir);
    const env = apiEnvironment(provider, dataDir, settings);
    child = spawnChild(process.execPath, [API_MAIN], { cwd: dataDir, env });
    listening = await child.line(readListening);
  });
  beforeEach(() => {
    ownUser += 1;
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.error([`--- ${API_MAIN}`, ...child.stdout, ...child.stderr].join('\n'));
    provider.reset();
    await vi.waitFor(() => checkIdle(dataDir), IDLE);
    provider.reset(); // also forgets the calls of those jobs
  });
  afterAll(async () => {
    controller.abort();
    child.signal('SIGKILL');
    await child.ended;
    await provider.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  return () => ({
    provider,
    api: {
      ...listening,
      dataDir,
      process: child,
      user: (userId = String(ownUser)) => createUser(listening.url, userId, controller.signal),
    },
  });
}

function checkIdle(dataDir: string): void {
  const db = new Database(path.join(dataDir, 'darkroom.sqlite'), { readonly: true });
  try {
    const active = db.prepare("SELECT job_id, status FROM jobs WHERE status IN ('PENDING', 'PROCESSING')").all();
    if (active.length > 0) throw new Error(`Jobs are left: ${JSON.stringify(active)}`);
  } finally {
    db.close();
  }
}
