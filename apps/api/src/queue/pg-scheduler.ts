import type { PgBoss } from 'pg-boss';
import { RETRY_AFTER_MS, runTask, type ScheduledTask, type Scheduler, type SchedulerLog } from './scheduler.ts';

/** pg-boss files one occurrence a minute at most, so that every schedule is kept once by all processes together. */
const EVERY_HOUR = '0 * * * *';
/** A process that has not reported for this long is dead: its run is repeated by another one. */
const HEARTBEAT_S = 60;
/** Until the next hour's run takes over. */
const RETRIES = 59;
/** pg-boss's longest time limit. The sweep of a large bucket takes hours. */
const EXPIRE_S = 23 * 60 * 60;
/** Ended runs are kept for operators to see. */
const KEEP_ENDED_S = 7 * 24 * 60 * 60;

interface Options {
  boss: PgBoss;
  tasks: readonly ScheduledTask[];
  log: SchedulerLog;
}

/** The scheduler of many processes: pg-boss keeps the schedule, gives each run to one process, and repeats it. */
export function createPgScheduler({ boss, tasks, log }: Options): Scheduler {
  const queueOf = ({ name }: ScheduledTask) => `darkroom-${name}`;

  /** At most one run is waiting and one is active (policy `stately`). */
  async function schedule(task: ScheduledTask): Promise<void> {
    const queue = queueOf(task);
    await boss.createQueue(queue, {
      policy: 'stately',
      notify: true,
      retryLimit: RETRIES,
      retryDelay: RETRY_AFTER_MS / 1_000,
      heartbeatSeconds: HEARTBEAT_S,
      expireInSeconds: EXPIRE_S,
      deleteAfterSeconds: KEEP_ENDED_S,
    });
    await boss.work(queue, () => runTask(task, log));
    await boss.schedule(queue, EVERY_HOUR);
    await boss.send(queue, {});
  }

  return {
    async start() {
      await Promise.all(tasks.map(schedule));
    },
    async stop() {
      await Promise.all(tasks.map((task) => boss.offWork(queueOf(task), { wait: true })));
    },
  };
}
