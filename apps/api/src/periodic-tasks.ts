import { expireJobs } from './jobs/expire-jobs.ts';
import { sweep } from './jobs/sweep.ts';
import { type Repeated, repeatEvery } from './repeat-every.ts';

type Deps = Parameters<typeof expireJobs>[0] &
  Parameters<typeof sweep>[0] & {
    /** Takes over what dead workers left; null where there are no others, or where no calls are made. */
    recovery: { everyMs: number; recover(): Promise<void> } | null;
    /** Deletes the files that have to go. */
    deleteFiles(): Promise<void>;
  };

const EXPIRE_AT_LEAST_EVERY_MS = 1_000;
const SWEEP_EVERY_MS = 60 * 60 * 1_000;
/** This bounds how long a file outlives a job whose deletion was interrupted. */
const DELETE_EVERY_MS = 2_000;

export interface PeriodicTasks {
  start(): void;
  /** Begins no more; resolves when those that run have ended. */
  stop(): Promise<void>;
}

/** What time alone brings: jobs that waited too long, workers that died, and things that have served their time. */
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
