import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '@darkroom/test-kit/api/api-environment';
import type { Cluster } from '@darkroom/test-kit/api/cluster';
import type { ServiceProcess } from '@darkroom/test-kit/api/service-process';
import type { ClusterFault } from './cluster-plan.ts';

const START_AGAIN_MS = 200;
const CUT = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()';

export interface FaultInjector {
  /** Resolves when the target is up again; faults on the same target run one after the other. */
  inject(planned: ClusterFault, settings: Settings): Promise<void>;
  counts(): Record<string, number>;
  /** When a process was paused, or the database was away. */
  standstills(): { at: number; of: ServiceProcess | 'database' }[];
}

/** Injects machine, network and operator faults into a cluster. */
export function createFaultInjector(cluster: Cluster): FaultInjector {
  const processes = [...cluster.apis, ...cluster.workers];
  const standstills: { at: number; of: ServiceProcess | 'database' }[] = [];
  const busy = new Map<unknown, Promise<void>>();
  const counts: Record<ClusterFault['kind'], number> = {
    kill: 0,
    terminate: 0,
    pause: 0,
    stop_postgres: 0,
    cut_connections: 0,
  };

  async function serialize(target: unknown, work: () => Promise<void>): Promise<void> {
    const result = (busy.get(target) ?? Promise.resolve()).then(work);
    busy.set(target, result);
    await result;
  }

  async function run(fault: ClusterFault, service: ServiceProcess | undefined, settings: Settings): Promise<void> {
    counts[fault.kind]++;
    switch (fault.kind) {
      case 'kill':
        await service?.kill();
        await sleep(fault.downMs);
        if (service && fault.againAfterMs !== null) await killStarting(service, fault.againAfterMs, settings);
        return startAgain(service, settings);
      case 'terminate':
        await service?.terminate();
        await sleep(fault.downMs);
        return startAgain(service, settings);
      case 'pause':
        if (service) standstills.push({ at: Date.now(), of: service });
        service?.pause();
        await sleep(fault.forMs);
        service?.resume();
        return;
      case 'stop_postgres':
        standstills.push({ at: Date.now(), of: 'database' });
        await cluster.postgres.stop(fault.how);
        await sleep(fault.forMs);
        await cluster.postgres.start();
        return;
      case 'cut_connections':
        standstills.push({ at: Date.now(), of: 'database' });
        await cluster.ask(CUT).catch(() => {}); // this query's own connection is cut too
    }
  }

  async function killStarting(service: ServiceProcess, afterMs: number, settings: Settings): Promise<void> {
    const starting = service.start(settings).catch(() => {});
    await sleep(afterMs);
    await service.kill();
    await starting;
  }

  return {
    async inject(planned, settings) {
      const service = 'target' in planned ? processes[planned.target] : undefined;
      await serialize(service ?? cluster.postgres, () => run(planned, service, settings));
    },
    counts: () => counts,
    standstills: () => standstills,
  };
}

/** Restarts like a process supervisor: retries while the database is unreachable. */
async function startAgain(service: ServiceProcess | undefined, settings: Settings): Promise<void> {
  while (service && !service.isRunning()) {
    await service.start(settings).catch(() => sleep(START_AGAIN_MS));
  }
}
