import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ScheduledTask, Scheduler, SchedulerLog } from '../../src/queue/scheduler.ts';
import { createRecordedLog } from '../jobs/recorded-log.ts';

const MINUTE_MS = 60_000;
const PATIENCE = { timeout: 10_000, interval: 5 };

/** One implementation with its backend, and the clock that it runs on. */
export interface SchedulerUnderTest {
  createScheduler(tasks: ScheduledTask[], log: SchedulerLog): Scheduler | Promise<Scheduler>;
  advance(ms: number): Promise<void>;
  /** Moves the clock past the time of the next run after the one at the start: at most an hour. */
  passNextRun(): Promise<void>;
}

/** The conformance suite of every scheduler. */
export function testScheduler(name: string, { createScheduler, advance, passNextRun }: SchedulerUnderTest): void {
  describe(`${name} as a scheduler`, () => {
    let run: ReturnType<typeof vi.fn<() => Promise<void>>>;
    let log: ReturnType<typeof createRecordedLog>;
    let scheduler: Scheduler;
    beforeEach(async () => {
      run = vi.fn(async () => {});
      log = createRecordedLog();
      scheduler = await createScheduler([{ name: 'count', run: () => run() }], log);
    });
    afterEach(() => scheduler.stop());

    const untilRun = (times: number) => vi.waitFor(() => expect(run).toHaveBeenCalledTimes(times), PATIENCE);

    test('runs a task at the start and then every hour', async () => {
      await scheduler.start();
      await untilRun(1);
      await advance(MINUTE_MS);
      expect(run).toHaveBeenCalledTimes(1);
      await passNextRun();
      await untilRun(2);
    });

    test('starts no run while the previous one has not ended', async () => {
      const first = Promise.withResolvers<void>();
      run.mockImplementationOnce(() => first.promise);
      await scheduler.start();
      await untilRun(1);
      await passNextRun();
      expect(run).toHaveBeenCalledTimes(1);
      first.resolve();
      await vi.waitFor(async () => {
        await advance(5 * MINUTE_MS);
        expect(run.mock.calls.length).toBeGreaterThan(1);
      }, PATIENCE);
    });

    test('logs a failed run and repeats it within a few minutes', async () => {
      run.mockRejectedValueOnce(new Error('bucket away'));
      await scheduler.start();
      await untilRun(1);
      await vi.waitFor(
        () => expect(log.lines).toMatchObject([{ level: 'error', fields: { task: 'count' } }]),
        PATIENCE,
      );
      await advance(3 * MINUTE_MS);
      await untilRun(2);
    });

    test('waits at the stop for the running task, and starts none afterwards', async () => {
      const first = Promise.withResolvers<void>();
      run.mockImplementationOnce(() => first.promise);
      await scheduler.start();
      await untilRun(1);
      let isStopped = false;
      const stopped = scheduler.stop().then(() => {
        isStopped = true;
      });
      await new Promise(setImmediate);
      expect(isStopped).toBe(false);
      first.resolve();
      await stopped;
      await passNextRun();
      expect(run).toHaveBeenCalledTimes(1);
    });
  });
}
