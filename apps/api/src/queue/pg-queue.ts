import PQueue from 'p-queue';
import type { PgBoss } from 'pg-boss';
import { type Clock, callAfter, callEvery } from '../clock.ts';
import { AFTER_FAULT_MS, type Calls, type Queue, type TakeNext } from './queue.ts';
import { WAKE_UP_WORK } from './wake-up-queue.ts';

interface Options {
  boss: PgBoss;
  /** Name of the queue of wake-ups. */
  queueName: string;
  /** Null in a process that accepts requests and makes no provider calls. */
  worker: Calls | null;
  clock: Clock;
  /** Receives faults outside any job: a wake-up could not be sent, or `takeNext` rejected. */
  onError(error: unknown): void;
}

/** A worker with a free slot looks for a job this often, in case a wake-up was lost with the process that had it. */
const RESYNC_MS = 5_000;

/**
 * The queue of many processes. As in the local queue, jobs wait in the store and the queue holds wake-ups. pg-boss
 * delivers a wake-up to one worker. That worker takes the next job, which is chosen by rotation at that moment, and
 * sends the next wake-up. p-queue bounds the calls of each worker.
 */
export function createPgQueue({ boss, queueName, worker, clock, onError }: Options): Queue {
  const slots = new PQueue({ concurrency: worker?.concurrency ?? 1 });
  let sending: Promise<void> | undefined;
  let isSendDue = false;
  let started: Promise<unknown> | undefined;
  let cancelRetry = () => {};
  let endResync = () => {};
  let draining = false;

  /** One waiting wake-up is enough, in this process and in pg-boss. */
  function wake(): void {
    if (sending) isSendDue = true;
    else sending = send();
  }

  async function send(): Promise<void> {
    try {
      do {
        isSendDue = false;
        await boss.send(queueName, {});
      } while (isSendDue);
    } catch (error) {
      onError(error);
      wakeAt(clock.now() + AFTER_FAULT_MS);
    } finally {
      sending = undefined;
    }
  }

  function wakeAt(time: number | null): void {
    cancelRetry();
    if (time === null || draining) return;
    // A longer delay is pointless: the resync comes first.
    cancelRetry = callAfter(clock, Math.min(Math.max(time - clock.now(), 1), RESYNC_MS), wake);
  }

  /** Takes the next job as soon as a slot is free. Resolves when the job has started, or none may. Never rejects. */
  function takeJob(takeNext: TakeNext): Promise<void> {
    const decided = Promise.withResolvers<void>();
    async function run(): Promise<void> {
      if (draining) return wake(); // pass it on to another worker
      const taken = await takeNext();
      if (taken.kind === 'idle') return wakeAt(taken.retryAt);
      wake();
      decided.resolve();
      await taken.done;
      wake(); // the job may need a retry, or the rate limit may have room again
    }
    slots
      .add(run)
      .catch((error: unknown) => {
        onError(error);
        wakeAt(clock.now() + AFTER_FAULT_MS);
      })
      .finally(decided.resolve);
    return decided.promise;
  }

  const isFull = () => slots.pending >= slots.concurrency;

  /** pg-boss delivers the next wake-up to this worker only after this has resolved. */
  function handleWakeUp(takeNext: TakeNext): Promise<void> {
    if (isFull()) wake(); // for another worker: this one keeps its wake-up until it has a free slot
    return takeJob(takeNext);
  }

  function resync(takeNext: TakeNext): void {
    if (!isFull()) void takeJob(takeNext);
  }

  return {
    start() {
      if (!worker || draining) return;
      const { takeNext } = worker;
      started = boss.work(queueName, WAKE_UP_WORK, () => handleWakeUp(takeNext));
      endResync = callEvery(clock, RESYNC_MS, () => resync(takeNext));
      resync(takeNext);
    },
    wake,
    async drain() {
      draining = true;
      endResync();
      cancelRetry();
      await started;
      if (started) await boss.offWork(queueName, { wait: true });
      await slots.onIdle();
      await sending;
    },
  };
}
