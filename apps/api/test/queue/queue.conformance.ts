import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Queue, TakeNext } from '../../src/queue/queue.ts';
import { createWork, type Work } from './work.ts';

export interface QueueOptions {
  concurrency: number;
  takeNext: TakeNext;
  onError(error: unknown): void;
}

/** What every queue promises. Time stands still but for the test. */
export function testQueue(name: string, createQueue: (options: QueueOptions) => Queue): void {
  describe(`${name} as a queue`, () => {
    let work: Work;
    let faults: unknown[];
    beforeEach(() => {
      vi.useFakeTimers();
      work = createWork();
      faults = [];
    });
    afterEach(() => void vi.useRealTimers());

    const build = (concurrency: number) =>
      createQueue({ concurrency, takeNext: work.takeNext, onError: (fault) => faults.push(fault) });
    /** Everything that can happen without time has happened. */
    const settle = () => vi.advanceTimersByTimeAsync(0);

    test.each([1, 3])('runs %i at once, never more, and takes the next as one ends', async (concurrency) => {
      const queue = build(concurrency);
      work.add(10);
      queue.start();
      for (let ended = 0; ended < 10; ended++) {
        await settle();
        expect(work.running).toBe(Math.min(concurrency, 10 - ended));
        queue.wake();
        work.endOne();
      }
      await settle();
      expect(work).toMatchObject({ taken: 10, running: 0, mostRunning: concurrency });
    });

    test('takes nothing before it is started', async () => {
      const queue = build(2);
      work.add(1);
      queue.wake();
      await settle();
      expect(work.asked).toBe(0);
      queue.start();
      await settle();
      expect(work.taken).toBe(1);
    });

    test('a wake after something came is enough, also while the queue is asking', async () => {
      const queue = build(2);
      queue.start();
      await settle();
      expect(work.taken).toBe(0);
      queue.wake();
      work.add(1);
      queue.wake();
      await settle();
      expect(work.taken).toBe(1);
    });

    test('many wakes cost little', async () => {
      const queue = build(2);
      queue.start();
      await settle();
      const before = work.asked;
      for (let i = 0; i < 1_000; i++) queue.wake();
      await settle();
      expect(work.asked - before).toBeLessThanOrEqual(3);
    });

    test('asks again by itself when time alone brings work, and not before', async () => {
      const queue = build(2);
      const dueAt = Date.now() + 5_000;
      work.addLater(dueAt);
      queue.start();
      await vi.advanceTimersByTimeAsync(4_999);
      expect(work.taken).toBe(0);
      await vi.advanceTimersByTimeAsync(1);
      expect(work.taken).toBe(1);
    });

    test('a time beyond what a timer reaches is not now', async () => {
      const queue = build(1);
      work.addLater(Date.now() + 2 ** 40);
      queue.start();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(work.asked).toBe(1);
    });

    test('tells of a fault in asking, and asks again after a while', async () => {
      const queue = build(2);
      work.add(1);
      work.failOnce(new Error('database away'));
      queue.start();
      await settle();
      expect(faults).toEqual([new Error('database away')]);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(work.taken).toBe(1);
    });

    test('work that fails gives its place back', async () => {
      const queue = build(1);
      work.add(2);
      queue.start();
      await settle();
      work.failRunning(new Error('fault'));
      await vi.advanceTimersByTimeAsync(1_000);
      expect(work).toMatchObject({ taken: 2, running: 1 });
    });

    test('drains: what runs ends, and nothing new is taken', async () => {
      const queue = build(2);
      work.add(5);
      work.addLater(Date.now() + 1_000);
      queue.start();
      await settle();
      let drained = false;
      const drain = queue.drain().then(() => {
        drained = true;
      });
      queue.wake();
      work.endOne();
      await vi.advanceTimersByTimeAsync(60_000);
      expect({ drained, taken: work.taken, running: work.running }).toEqual({ drained: false, taken: 2, running: 1 });
      work.endOne();
      await drain;
      queue.wake();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(work.taken).toBe(2);
    });

    test('a queue that never started drains at once', async () => {
      const queue = build(2);
      work.add(1);
      queue.wake();
      await queue.drain();
      expect(work.taken).toBe(0);
    });
  });
}
