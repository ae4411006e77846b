import PQueue from 'p-queue';
import type { Calls, Queue } from './queue.ts';

interface Options extends Calls {
  /** Milliseconds since the epoch. */
  clock(): number;
  /** A fault outside any job: the next job could not be asked for. */
  onError(error: unknown): void;
}

/** After a fault the next job is asked for again after this long. */
const AFTER_FAULT_MS = 1_000;
/** Node's timers do not reach further. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The queue of one process. The jobs themselves wait in the store; what stands in p-queue is a turn: when a place is free it
 * takes the next job, in the order that is fair at that moment.
 */
export function createLocalQueue({ concurrency, takeNext, clock, onError }: Options): Queue {
  const turns = new PQueue({ concurrency, autoStart: false });
  let timer: NodeJS.Timeout | undefined;
  let draining = false;

  async function turn(): Promise<void> {
    if (draining) return;
    const taken = await takeNext();
    if (taken.kind === 'idle') return wakeAt(taken.retryAt);
    wake(); // the next place may be free as well
    await taken.done;
    wake();
  }

  /** One waiting turn is enough: it wakes the next one if it finds work. */
  function wake(): void {
    if (draining || turns.size > 0) return;
    turns.add(turn).catch((error: unknown) => {
      onError(error);
      wakeAt(clock() + AFTER_FAULT_MS);
    });
  }

  function wakeAt(time: number | null): void {
    clearTimeout(timer);
    if (time === null || draining) return;
    timer = setTimeout(wake, Math.min(Math.max(time - clock(), 1), LONGEST_TIMER_MS));
  }

  return {
    start() {
      turns.start();
      wake();
    },
    wake,
    async drain() {
      draining = true;
      clearTimeout(timer);
      turns.start(); // else turns that never began would be waited for
      await turns.onIdle();
    },
  };
}
