import { type Simulator, type SimulatorOptions, startSimulator } from '@darkroom/minimax-simulator';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createUser, type User } from '../client/user.ts';
import type { Settings } from './api-environment.ts';
import { type Cluster, startCluster } from './cluster.ts';

export interface SharedCluster extends Cluster {
  provider: Simulator;
  /** Returns a user whose requests go to the given API process. */
  user(userId?: string, api?: number): User;
  callsFor(prompt: string): number;
}

interface Options {
  apis?: number;
  workers?: number;
  settings?: Settings;
  /** See `startCluster`. */
  ownPostgres?: boolean;
  simulator?: SimulatorOptions;
}

/**
 * Starts one cluster for all tests of a file or a `describe`. The output of its processes is printed when a test fails.
 */
export function shareCluster(options: Options): () => SharedCluster {
  const { apis = 2, workers = 2, simulator = {}, ...others } = options;
  let cluster: SharedCluster;
  const controller = new AbortController();
  beforeAll(async () => {
    const provider = await startSimulator({ images: 'plain', ...simulator });
    const services = await startCluster({ provider, apis, workers, ...others });
    cluster = {
      ...services,
      provider,
      user: (userId = '1', api = 0) => createUser(services.api(api).url, userId, controller.signal),
      callsFor: (prompt) => provider.calls().filter((call) => call.prompt === prompt).length,
    };
  });
  let isShown = false;
  afterEach(({ task }) => {
    if (task.result?.state !== 'fail' || isShown) return;
    isShown = true;
    for (const service of [...cluster.apis, ...cluster.workers]) {
      console.error([`--- ${service.url}`, ...service.outputLines()].join('\n'));
    }
  });
  afterAll(async () => {
    controller.abort();
    await cluster.stop();
    await cluster.provider.close();
  });
  return () => cluster;
}
