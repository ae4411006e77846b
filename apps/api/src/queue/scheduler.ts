/**
 * Runs the tasks of a whole deployment, as opposed to those of a process: each one soon after any process has started
 * and at least every hour, on one process at a time. A run that failed, or whose process died, is repeated.
 */
export interface Scheduler {
  /** Resolves once the tasks are scheduled. */
  start(): Promise<void>;
  /** Starts no further run in this process; resolves when the running ones have ended. */
  stop(): Promise<void>;
}

export interface ScheduledTask {
  /** Its name in the log and in the names of queues: lower case, words joined by hyphens. */
  name: string;
  run(): Promise<void>;
}

export interface SchedulerLog {
  error(fields: object, message: string): void;
}

/** The wait before a failed run is repeated. */
export const RETRY_AFTER_MS = 60_000;

/** Runs the task, and logs its failure. Rejects when it failed. */
export async function runTask({ name, run }: ScheduledTask, log: SchedulerLog): Promise<void> {
  try {
    await run();
  } catch (err) {
    log.error({ err, task: name }, 'a scheduled task failed; it is repeated in a minute');
    throw err;
  }
}
