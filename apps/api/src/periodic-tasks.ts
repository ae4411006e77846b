import { expireJobs } from './jobs/expire-jobs.ts';
import { sweep } from './jobs/sweep.ts';
import { type Repeated, repeatEvery } from './repeat-every.ts';

type Deps = Parameters<typeof expireJobs>[0] &
  Parameters<typeof sweep>[0] & {
    /** Recovers the jobs of dead workers; null in a single process, and in a process that makes no provider calls. */
    recovery: { everyMs: number; recover(): Promise<void> } | null;
    /** Deletes the files whose deletion is due. */
    deleteFiles(): Promise<void>;
  };

const EXPIRE_AT_LEAST_EVERY_MS = 1_000;
const SWEEP_EVERY_MS = 60 * 60 * 1_000;
/** Bounds how long a file outlives its job when the deletion was interrupted. */
const DELETE_EVERY_MS = 2_000;

export interface PeriodicTasks {
  start(): void;
  /** Starts no further run; resolves when the running ones have ended. */
  stop(): Promise<void>;
}

/**
 * Periodic tasks: expire waiting jobs, delete files, sweep what is past its retention, recover the jobs of dead
 * workers.
 */
export function createPeriodicTasks(deps: Deps): PeriodicTasks {
  const { recovery, deleteFiles, log } = deps;
  const rounds: Repeated[] = [];

  function begin(ms: number, task: string, work: () => Promise<unknown>): void {
    rounds.push(repeatEvery({ ms, task, work, log }));
  }

  return {
    start() {
      begin(EXPIRE_AT_LEAST_EVERY_MS, 'expire waiting jobs', () => expireJobs(deps));
      begin(DELETE_EVERY_MS, 'delete files', deleteFiles);
      begin(SWEEP_EVERY_MS, 'sweep', () => sweep(deps));
      if (recovery) begin(recovery.everyMs, 'recover the jobs of dead workers', recovery.recover);
    },
    async stop() {
      await Promise.all(rounds.map((round) => round.stop()));
    },
  };
}
