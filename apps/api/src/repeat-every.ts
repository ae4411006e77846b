export interface Repeated {
  /** Begins no more; resolves when what runs has ended. */
  stop(): Promise<void>;
}

interface Task {
  ms: number;
  /** For the log. */
  task: string;
  work(): Promise<unknown>;
  log: { error(facts: object, message: string): void };
}

/** Does the work now, and again every so many milliseconds, once at a time. What fails is logged, and the next time comes. */
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
