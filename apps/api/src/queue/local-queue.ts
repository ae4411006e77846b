import PQueue from 'p-queue';
import { type Clock, callAfter } from '../clock.ts';
import { AFTER_FAULT_MS, type Calls, type Queue } from './queue.ts';

interface Options extends Calls {
  clock: Clock;
  /** Receives faults outside any job: `takeNext` rejected. */
  onError(error: unknown): void;
}

/**
 * The queue of a single process. Jobs wait in the store; p-queue holds wake-ups. A wake-up that gets a free slot takes
 * the next job, which is chosen by rotation at that moment.
 */
export function createLocalQueue({ concurrency, takeNext, clock, onError }: Options): Queue {
  const wakeUps = new PQueue({ concurrency, autoStart: false });
  let cancelRetry = () => {};
  let draining = false;

  async function takeJob(): Promise<void> {
    if (draining) return;
    const taken = await takeNext();
    if (taken.kind === 'idle') return wakeAt(taken.retryAt);
    wake(); // another slot may be free as well
    await taken.done;
    wake();
  }

  /** One queued wake-up is enough: it queues the next one if it finds work. */
  function wake(): void {
    if (draining || wakeUps.size > 0) return;
    wakeUps.add(takeJob).catch((error: unknown) => {
      onError(error);
      wakeAt(clock.now() + AFTER_FAULT_MS);
    });
  }

  function wakeAt(time: number | null): void {
    cancelRetry();
    if (time === null || draining) return;
    cancelRetry = callAfter(clock, Math.max(time - clock.now(), 1), wake);
  }

  return {
    start() {
      wakeUps.start();
      wake();
    },
    wake,
    async drain() {
      draining = true;
      cancelRetry();
      wakeUps.start(); // queued wake-ups must run and return: onIdle would otherwise wait for them forever
      await wakeUps.onIdle();
    },
  };
}
