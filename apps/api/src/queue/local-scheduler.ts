import type { Clock } from '../clock.ts';
import { RETRY_AFTER_MS, runTask, type ScheduledTask, type Scheduler, type SchedulerLog } from './scheduler.ts';

const HOUR_MS = 60 * 60 * 1_000;

interface Options {
  tasks: readonly ScheduledTask[];
  clock: Pick<Clock, 'sleep'>;
  log: SchedulerLog;
}

/** The scheduler of a single process. */
export function createLocalScheduler({ tasks, clock, log }: Options): Scheduler {
  const stopping = new AbortController();
  const { signal } = stopping;
  let loops: Promise<void>[] = [];

  async function repeat(task: ScheduledTask): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await runTask(task, log).then(
        () => HOUR_MS,
        () => RETRY_AFTER_MS,
      );
      await clock.sleep(waitMs, { signal }).catch(() => {}); // aborted: the loop ends
    }
  }

  return {
    async start() {
      loops = tasks.map(repeat);
    },
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}
