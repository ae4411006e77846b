import { type Clock, callEvery } from './clock.ts';
import { expireJobs } from './jobs/expire-jobs.ts';

type Deps = Parameters<typeof expireJobs>[0] & {
  /** Recovers the jobs of dead workers; null in a single process, and in a process that makes no provider calls. */
  recovery: { everyMs: number; recover(): Promise<void> } | null;
  /** Deletes the files whose deletion is due. */
  deleteFiles(): Promise<void>;
  clock: Pick<Clock, 'sleep'>;
  log: Task['log'];
};

const EXPIRE_AT_LEAST_EVERY_MS = 1_000;
/** Bounds how long a file outlives its job when the deletion was interrupted. */
const DELETE_EVERY_MS = 2_000;

export interface PeriodicTasks {
  start(): void;
  /** Starts no further run; resolves when the running ones have ended. */
  stop(): Promise<void>;
}

/**
 * The tasks of one process, every few seconds: expire waiting jobs, delete files, recover the jobs of dead workers. The
 * hourly ones of a whole deployment are in queue/scheduler.ts.
 */
export function createPeriodicTasks(deps: Deps): PeriodicTasks {
  const { recovery, deleteFiles, clock, log } = deps;
  const tasks: Repeated[] = [];

  function schedule(ms: number, task: string, work: () => Promise<unknown>): void {
    tasks.push(repeatEvery({ ms, task, work, clock, log }));
  }

  return {
    start() {
      schedule(EXPIRE_AT_LEAST_EVERY_MS, 'expire waiting jobs', () => expireJobs(deps));
      schedule(DELETE_EVERY_MS, 'delete files', deleteFiles);
      if (recovery) schedule(recovery.everyMs, 'recover the jobs of dead workers', recovery.recover);
    },
    async stop() {
      await Promise.all(tasks.map((task) => task.stop()));
    },
  };
}

export interface Repeated {
  /** Starts no further run; resolves when the running one has ended. */
  stop(): Promise<void>;
}

interface Task {
  /** Interval in milliseconds. */
  ms: number;
  /** Name of the task in the log. */
  task: string;
  work(): Promise<unknown>;
  clock: Pick<Clock, 'sleep'>;
  log: { error(fields: object, message: string): void };
}

/**
 * Runs the work now and every `ms` milliseconds; runs never overlap. A failure is logged and does not stop later runs.
 */
export function repeatEvery({ ms, task, work, clock, log }: Task): Repeated {
  let running: Promise<void> | undefined;

  function run(): void {
    running ??= work()
      .then(
        () => {},
        (err: unknown) => log.error({ err, task }, 'periodic task failed'),
      )
      .finally(() => {
        running = undefined;
      });
  }

  const end = callEvery(clock, ms, run);
  run();
  return {
    async stop() {
      end();
      await running;
    },
  };
}
