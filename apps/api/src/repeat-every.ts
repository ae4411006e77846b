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
  log: { error(fields: object, message: string): void };
}

/**
 * Runs the work now and every `ms` milliseconds; runs never overlap. A failure is logged and does not stop later runs.
 */
export function repeatEvery({ ms, task, work, log }: Task): Repeated {
  let running: Promise<void> | undefined;

  function round(): void {
    running ??= work()
      .then(
        () => {},
        (err: unknown) => log.error({ err, task }, 'a round failed'),
      )
      .finally(() => {
        running = undefined;
      });
  }

  round();
  const timer = setInterval(round, ms).unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
