import PQueue from 'p-queue';
import type { PgBoss } from 'pg-boss';
import type { Clock } from '../clock.ts';
import type { Calls, Queue, TakeNext } from './queue.ts';
import { POLLING, WAKE_UP_QUEUE } from './wake-up-queue.ts';

interface Options {
  boss: PgBoss;
  /** Null in a process that accepts requests and makes no provider calls. */
  worker: Calls | null;
  clock: Clock;
  /** Receives faults outside any job: a wake-up could not be sent, or `takeNext` rejected. */
  onError(error: unknown): void;
}

/** Back-off after a fault before the next wake-up is sent. */
const AFTER_FAULT_MS = 1_000;
/** Every worker sends a wake-up this often, in case the process that should have sent one died before it did. */
const GIVE_ANYWAY_MS = 5_000;

/**
 * The queue of many processes. As in the local queue, jobs wait in the store and the queue holds wake-ups. pg-boss
 * delivers a wake-up to a worker with a free slot. That worker takes the next job, which is chosen by rotation at that
 * moment. A wake-up that found work sends the next one. p-queue bounds the calls of each worker.
 */
export function createPgQueue({ boss, worker, clock, onError }: Options): Queue {
  const places = new PQueue({ concurrency: worker?.concurrency ?? 1 });
  let giving: Promise<void> | undefined;
  let giveOnceMore = false;
  let started: Promise<unknown> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let ticking: NodeJS.Timeout | undefined;
  let draining = false;

  /** One queued wake-up is enough, in this process and in pg-boss. */
  function wake(): void {
    if (giving) giveOnceMore = true;
    else giving = give();
  }

  async function give(): Promise<void> {
    try {
      do {
        giveOnceMore = false;
        await boss.send(WAKE_UP_QUEUE, {});
      } while (giveOnceMore);
    } catch (error) {
      onError(error);
      wakeAt(clock.now() + AFTER_FAULT_MS);
    } finally {
      giving = undefined;
    }
  }

  function wakeAt(time: number | null): void {
    clearTimeout(timer);
    if (time === null || draining) return;
    // A longer delay is pointless: the interval sends a wake-up by then.
    timer = setTimeout(wake, Math.min(Math.max(time - clock.now(), 1), GIVE_ANYWAY_MS));
  }

  async function turn(takeNext: TakeNext): Promise<void> {
    if (draining) return wake(); // pass it on to another worker
    const taken = await takeNext();
    if (taken.kind === 'idle') return wakeAt(taken.retryAt);
    wake();
    await taken.done;
    wake(); // the job may need a retry, or a slot or the rate limit may have room again
  }

  function runTurn(takeNext: TakeNext): Promise<void> {
    return places
      .add(() => turn(takeNext))
      .catch((error: unknown) => {
        onError(error);
        wakeAt(clock.now() + AFTER_FAULT_MS);
      });
  }

  return {
    start() {
      if (!worker || draining) return;
      const { concurrency, takeNext } = worker;
      started = boss.work(WAKE_UP_QUEUE, { ...POLLING, localConcurrency: concurrency }, () => runTurn(takeNext));
      ticking = setInterval(wake, GIVE_ANYWAY_MS);
      wake();
    },
    wake,
    async drain() {
      draining = true;
      clearInterval(ticking);
      clearTimeout(timer);
      await started;
      if (started) await boss.offWork(WAKE_UP_QUEUE, { wait: true });
      await places.onIdle();
      await giving;
    },
  };
}
