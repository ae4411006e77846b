import PQueue from 'p-queue';
import type { PgBoss } from 'pg-boss';
import type { Calls, Queue, TakeNext } from './queue.ts';
import { POLLING, WAKE_UP_QUEUE } from './wake-up-queue.ts';

interface Options {
  boss: PgBoss;
  /** Null in a process that takes orders and makes no calls. */
  worker: Calls | null;
  /** Milliseconds since the epoch. */
  clock(): number;
  /** A fault outside any job: a turn could not be given, or the next job could not be asked for. */
  onError(error: unknown): void;
}

/** After a fault it is tried again after this long. */
const AFTER_FAULT_MS = 1_000;
/** A turn that nobody gave, since the process that should have died first, is given after this long. */
const GIVE_ANYWAY_MS = 5_000;

/**
 * The queue of many processes. As in the local queue the jobs wait in the store, and what is queued is a turn: pg-boss
 * carries it to a worker that has a free place, and that worker takes the next job, in the order that is fair at that moment.
 * A turn that found work gives the next one. p-queue bounds the calls of each worker.
 */
export function createPgQueue({ boss, worker, clock, onError }: Options): Queue {
  const places = new PQueue({ concurrency: worker?.concurrency ?? 1 });
  let giving: Promise<void> | undefined;
  let giveOnceMore = false;
  let started: Promise<unknown> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let ticking: NodeJS.Timeout | undefined;
  let draining = false;

  /** One turn that waits is enough, here and in pg-boss. */
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
      wakeAt(clock() + AFTER_FAULT_MS);
    } finally {
      giving = undefined;
    }
  }

  function wakeAt(time: number | null): void {
    clearTimeout(timer);
    if (time === null || draining) return;
    // Beyond it a turn is given anyway.
    timer = setTimeout(wake, Math.min(Math.max(time - clock(), 1), GIVE_ANYWAY_MS));
  }

  async function turn(takeNext: TakeNext): Promise<void> {
    if (draining) return wake(); // somebody else's
    const taken = await takeNext();
    if (taken.kind === 'idle') return wakeAt(taken.retryAt);
    wake();
    await taken.done;
    wake(); // it may have to be repeated, or have left room in the pace
  }

  function runTurn(takeNext: TakeNext): Promise<void> {
    return places
      .add(() => turn(takeNext))
      .catch((error: unknown) => {
        onError(error);
        wakeAt(clock() + AFTER_FAULT_MS);
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
