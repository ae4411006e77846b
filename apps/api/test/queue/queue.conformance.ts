import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import type { Queue, TakeNext } from '../../src/queue/queue.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { createWork, type Work } from './work.ts';

interface QueueOptions {
  concurrency: number;
  takeNext: TakeNext;
  clock: Clock;
  onError(error: unknown): void;
}

/** One implementation with its backend. Its clock stands still until the test moves it. */
export interface QueueUnderTest {
  createQueue(options: QueueOptions): Queue | Promise<Queue>;
  /** Waits for everything that can happen without the clock, as far as that can be known. */
  settle(): Promise<void>;
  /** The time limit, in real milliseconds, for an event that must pass through other processes. */
  patienceMs: number;
}

/** The conformance suite of every queue. */
export function testQueue(name: string, { createQueue, settle, patienceMs }: QueueUnderTest): void {
  describe(`${name} as a queue`, () => {
    let clock: ManualClock;
    let work: Work;
    let faults: unknown[];
    let queue: Queue | undefined;
    beforeEach(() => {
      clock = createManualClock();
      work = createWork(clock);
      faults = [];
    });
    afterEach(async () => {
      const drained = queue?.drain();
      while (work.running > 0) work.endOne();
      await drained;
    });

    async function build(concurrency: number): Promise<Queue> {
      queue = await createQueue({
        concurrency,
        takeNext: work.takeNext,
        clock,
        onError: (fault) => faults.push(fault),
      });
      return queue;
    }
    const pass = async (ms: number) => {
      await clock.advanceAsync(ms);
      await settle();
    };
    async function eventually(claim: () => void): Promise<void> {
      const patience = performance.now() + patienceMs;
      for (;;) {
        await settle();
        try {
          return claim();
        } catch (error) {
          if (performance.now() > patience) throw error;
        }
      }
    }

    test.each([1, 3])('runs %i at once, never more, and takes the next when one ends', async (concurrency) => {
      const queue = await build(concurrency);
      work.add(10);
      queue.start();
      for (let ended = 0; ended < 10; ended++) {
        await eventually(() => expect(work.running).toBe(Math.min(concurrency, 10 - ended)));
        queue.wake();
        work.endOne();
      }
      await settle();
      expect(work).toMatchObject({ taken: 10, running: 0, mostRunning: concurrency });
    });

    test('takes no work before the start', async () => {
      const queue = await build(2);
      work.add(1);
      queue.wake();
      await settle();
      expect(work.asked).toBe(0);
      queue.start();
      await eventually(() => expect(work.taken).toBe(1));
    });

    test('takes new work after one wake-up, also while the queue is polling', async () => {
      const queue = await build(2);
      queue.start();
      await settle();
      expect(work.taken).toBe(0);
      queue.wake();
      work.add(1);
      queue.wake();
      await eventually(() => expect(work.taken).toBe(1));
    });

    test('coalesces many wake-ups', async () => {
      const queue = await build(2);
      queue.start();
      await settle();
      const before = work.asked;
      for (let i = 0; i < 1_000; i++) queue.wake();
      await settle();
      expect(work.asked - before).toBeLessThanOrEqual(3);
    });

    test('polls again when time alone makes work due, and not before', async () => {
      const queue = await build(2);
      work.addLater(clock.now() + 3_000);
      queue.start();
      await eventually(() => expect(work.asked).toBeGreaterThan(0));
      await pass(2_999);
      expect(work.taken).toBe(0);
      await pass(1);
      await eventually(() => expect(work.taken).toBe(1));
    });

    test('does not treat a time beyond the range of timers as due', async () => {
      const queue = await build(1);
      work.addLater(clock.now() + 2 ** 40);
      queue.start();
      await eventually(() => expect(work.asked).toBeGreaterThan(0));
      await pass(4_000);
      expect(work.asked).toBe(1);
    });

    test('reports a failed poll and polls again after a delay', async () => {
      const queue = await build(2);
      work.add(1);
      work.failOnce(new Error('database away'));
      queue.start();
      await eventually(() => expect(faults).toEqual([new Error('database away')]));
      await pass(1_000);
      await eventually(() => expect(work.taken).toBe(1));
    });

    test('frees the slot of failed work', async () => {
      const queue = await build(1);
      work.add(2);
      queue.start();
      await eventually(() => expect(work.running).toBe(1));
      work.failRunning(new Error('fault'));
      await eventually(() => expect(faults).toEqual([new Error('fault')]));
      await pass(1_000);
      await eventually(() => expect(work).toMatchObject({ taken: 2, running: 1 }));
    });

    test('ends running work and takes no new work while it drains', async () => {
      const queue = await build(2);
      work.add(5);
      work.addLater(clock.now() + 1_000);
      queue.start();
      await eventually(() => expect(work.running).toBe(2));
      let drained = false;
      const drain = queue.drain().then(() => {
        drained = true;
      });
      queue.wake();
      work.endOne();
      await pass(60_000);
      expect({ drained, taken: work.taken, running: work.running }).toEqual({ drained: false, taken: 2, running: 1 });
      work.endOne();
      await drain;
      queue.wake();
      await pass(60_000);
      expect(work.taken).toBe(2);
    });

    test('drains at once when it never started', async () => {
      const queue = await build(2);
      work.add(1);
      queue.wake();
      await queue.drain();
      expect(work.taken).toBe(0);
    });
  });
}
