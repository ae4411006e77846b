import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../harness/api-environment.ts';
import type { Cluster } from '../harness/cluster.ts';
import type { ServiceProcess } from '../harness/service-process.ts';
import type { Strike } from './cluster-plan.ts';

const START_AGAIN_MS = 200;
const CUT = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()';

export interface Striker {
  /** Resolves once what was struck is up again; strikes on the same target wait for each other. */
  strike(planned: Strike, settings: Settings): Promise<void>;
  counts(): Record<string, number>;
}

/** Does to a cluster what machines, networks and operators do to it. */
export function createStriker(cluster: Cluster): Striker {
  const processes = [...cluster.apis, ...cluster.workers];
  const busy = new Map<unknown, Promise<void>>();
  const counts: Record<Strike['kind'], number> = {
    kill: 0,
    terminate: 0,
    pause: 0,
    stop_postgres: 0,
    cut_connections: 0,
  };

  async function inTurn(target: unknown, work: () => Promise<void>): Promise<void> {
    const turn = (busy.get(target) ?? Promise.resolve()).then(work);
    busy.set(target, turn);
    await turn;
  }

  async function carryOut(strike: Strike, service: ServiceProcess | undefined, settings: Settings): Promise<void> {
    counts[strike.kind]++;
    switch (strike.kind) {
      case 'kill':
        await service?.kill();
        await sleep(strike.downMs);
        if (service && strike.againAfterMs !== null) await killStarting(service, strike.againAfterMs, settings);
        return startAgain(service, settings);
      case 'terminate':
        await service?.terminate();
        await sleep(strike.downMs);
        return startAgain(service, settings);
      case 'pause':
        service?.pause();
        await sleep(strike.forMs);
        service?.resume();
        return;
      case 'stop_postgres':
        await cluster.postgres.stop(strike.how);
        await sleep(strike.forMs);
        await cluster.postgres.start();
        return;
      case 'cut_connections':
        await cluster.ask(CUT).catch(() => {}); // its own among them
    }
  }

  async function killStarting(service: ServiceProcess, afterMs: number, settings: Settings): Promise<void> {
    const starting = service.start(settings).catch(() => {});
    await sleep(afterMs);
    await service.kill();
    await starting;
  }

  return {
    async strike(planned, settings) {
      const service = 'target' in planned ? processes[planned.target] : undefined;
      await inTurn(service ?? cluster.postgres, () => carryOut(planned, service, settings));
    },
    counts: () => counts,
  };
}

/** As whatever looks after processes does: without its database none starts, and the next one may. */
async function startAgain(service: ServiceProcess | undefined, settings: Settings): Promise<void> {
  while (service && !service.isRunning()) {
    await service.start(settings).catch(() => sleep(START_AGAIN_MS));
  }
}
