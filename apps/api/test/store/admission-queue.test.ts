import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type AdmissionQueueOptions, createAdmissionQueue } from '../../src/store/shared/admission-queue.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';

let clock: ManualClock;
beforeEach(() => {
  clock = createManualClock();
});

const UNAVAILABLE = new Error('unavailable');
const BUSY = new Error('busy');

function given(options: Partial<AdmissionQueueOptions> = {}) {
  const queue = createAdmissionQueue({
    slots: 2,
    waitWithinMs: 15_000,
    waitingLimit: 500,
    isBusy: (error) => error === BUSY,
    failsAll: (error) => error === UNAVAILABLE,
    clock,
    ...options,
  });
  const started: number[] = [];
  const run = (number: number, end: () => Promise<unknown>) =>
    queue.run(() => {
      started.push(number);
      return end();
    });
  const take = (number: number, ms: number) => run(number, () => clock.sleep(ms));
  const takeAll = (count: number, ms: number) => Array.from({ length: count }, (_, number) => take(number, ms));
  return { run, take, takeAll, started };
}

const full = (retryAfterMs: number) => ({ refusal: { code: 'queue_full', retryAfterMs } });

describe('the admission queue', () => {
  test('runs as much work at once as it has slots, and the rest in order of arrival', async () => {
    const { takeAll, started } = given();
    const all = Promise.all(takeAll(5, 10));
    await clock.advanceAsync(5);
    expect(started).toEqual([0, 1]);
    await clock.advanceAsync(10);
    expect(started).toEqual([0, 1, 2, 3]);
    await clock.advanceAsync(20);
    expect(await all).toHaveLength(5);
    expect(started).toEqual([0, 1, 2, 3, 4]);
  });

  test('lets work wait for longer than the connection timeout', async () => {
    const { takeAll, started } = given();
    const all = Promise.all(takeAll(4, 6_000));
    await clock.advanceAsync(12_000);
    expect(await all).toHaveLength(4);
    expect(started).toHaveLength(4);
  });

  test('refuses at once when the backlog needs twice the maximum wait, and returns that time', async () => {
    const { take, takeAll, started } = given();
    await Promise.all([...takeAll(10, 1_000), clock.advanceAsync(5_000)]); // one second each, two in parallel
    const all = Promise.allSettled(takeAll(62, 1_000));
    await expect(take(99, 1_000)).rejects.toMatchObject(full(30_500)); // 60 are waiting, plus this one
    await Promise.all([all, clock.advanceAsync(20_000)]);
    expect(started).not.toContain(99);
  });

  test('refuses the newest work as soon as the throughput shows that it would start too late', async () => {
    const { takeAll } = given();
    const ends = takeAll(200, 990).map((each, number) => each.then(() => number));
    const refused = vi.fn();
    for (const each of ends) each.catch(refused);
    await clock.advanceAsync(4_949);
    expect(refused).not.toHaveBeenCalled();
    await clock.advanceAsync(1); // ten have ended at two a second: 40 are due within twice the time left
    expect(refused).toHaveBeenCalledTimes(148);
    await clock.advanceAsync(12_000);
    const taken = (await Promise.allSettled(ends)).flatMap((end) => (end.status === 'fulfilled' ? end.value : []));
    expect(taken.length).toBeGreaterThanOrEqual(30);
    expect(taken).toEqual([...taken.keys()]); // the oldest ones
  });

  test('ignores one stalled transaction when it measures the throughput of the others', async () => {
    const { take, takeAll } = given();
    await Promise.all([...takeAll(20, 10), clock.advanceAsync(100)]);
    const stalled = [take(0, 5_000), take(1, 5_000)];
    const others = takeAll(90, 10);
    await clock.advanceAsync(6_000);
    expect(await Promise.all([...stalled, ...others])).toHaveLength(92);
  });

  test('refuses at once beyond its bound of waiting work, also before the first has ended', async () => {
    const { take, takeAll } = given({ waitingLimit: 3 });
    const all = Promise.all(takeAll(5, 10));
    await expect(take(99, 10)).rejects.toMatchObject(full(5_000));
    await clock.advanceAsync(30);
    expect(await all).toHaveLength(5);
  });

  test('drops work that waited too long without starting it, and continues with later work', async () => {
    const { run, take, started } = given({ slots: 1 });
    const held = Promise.withResolvers<void>();
    const holder = run(0, () => held.promise);
    const waiter = expect(take(1, 10)).rejects.toMatchObject(full(5_000));
    await clock.advanceAsync(15_000);
    await waiter;
    held.resolve();
    await holder;
    await Promise.all([take(2, 10), clock.advanceAsync(10)]);
    expect(started).toEqual([0, 2]);
  });

  test('refuses work that waited too long for a lock like work that waited too long in the queue', async () => {
    const { run } = given();
    await expect(run(0, () => Promise.reject(BUSY))).rejects.toMatchObject({ ...full(5_000), cause: BUSY });
  });

  test('rejects all waiting work when the database is unavailable, and then accepts work again', async () => {
    const { run, takeAll, started } = given({ slots: 1 });
    const lost = run(0, () => Promise.reject(UNAVAILABLE));
    const waiting = takeAll(3, 10);
    for (const each of [lost, ...waiting]) await expect(each).rejects.toBe(UNAVAILABLE);
    await Promise.all([...takeAll(1, 10), clock.advanceAsync(10)]);
    expect(started).toEqual([0, 0]);
  });

  test('continues after a failure of a single piece of work', async () => {
    const { run, take, started } = given({ slots: 1 });
    const failing = expect(run(0, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
    await Promise.all([take(1, 10), failing, clock.advanceAsync(10)]);
    expect(started).toEqual([0, 1]);
  });
});
