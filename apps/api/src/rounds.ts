import { expireJobs } from './jobs/expire-jobs.ts';
import { sweep } from './jobs/sweep.ts';

type Deps = Parameters<typeof expireJobs>[0] &
  Parameters<typeof sweep>[0] & {
    /** What a worker owes to others on the same database; null where there are none, or where no calls are made. */
    lease: { beat(): Promise<void>; recover(): Promise<void> } | null;
  };

const EXPIRE_AT_LEAST_EVERY_MS = 1_000;
const SWEEP_EVERY_MS = 60 * 60 * 1_000;
/** A fifth of a lease, so that it takes more than one lost beat to be given up. */
const BEAT_EVERY_MS = 3_000;
/** With the lease this bounds how long a dead worker's jobs say nothing. */
const RECOVER_EVERY_MS = 5_000;

export interface Rounds {
  start(): void;
  /** Begins no more; resolves when those that run have ended. */
  stop(): Promise<void>;
}

/** What time alone brings: jobs that waited too long, and things that have served their time. */
export function createRounds(deps: Deps): Rounds {
  const { lease, log } = deps;
  const timers: NodeJS.Timeout[] = [];
  const running = new Set<Promise<void>>();

  function every(ms: number, task: string, work: () => Promise<unknown>): void {
    let last: Promise<void> | undefined;
    function round(): void {
      if (last && running.has(last)) return;
      const current = work()
        .then(
          () => {},
          (err: unknown) => log.error({ err, task }, 'a round failed'),
        )
        .finally(() => running.delete(current));
      running.add(current);
      last = current;
    }
    round();
    timers.push(setInterval(round, ms).unref());
  }

  return {
    start() {
      every(EXPIRE_AT_LEAST_EVERY_MS, 'expire waiting jobs', () => expireJobs(deps));
      every(SWEEP_EVERY_MS, 'sweep', () => sweep(deps));
      if (!lease) return;
      every(BEAT_EVERY_MS, 'be seen', lease.beat);
      every(RECOVER_EVERY_MS, 'recover the jobs of dead workers', lease.recover);
    },
    async stop() {
      for (const timer of timers.splice(0)) clearInterval(timer);
      await Promise.all(running);
    },
  };
}
