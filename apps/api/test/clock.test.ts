import { describe, expect, test, vi } from 'vitest';
import { callAfter, callEvery, systemClock } from '../src/clock.ts';
import { createManualClock } from './manual-clock.ts';

const manualClock = createManualClock();
const clocks = [
  ['the system clock', systemClock, (_ms: number) => {}],
  ['the clock of the tests', manualClock, manualClock.advance],
] as const;

describe.each(clocks)('%s', (_, clock, advance) => {
  test('sleeps for at least the time asked for', async () => {
    const [wall, mono] = [clock.now(), clock.monotonic()];
    const sleeping = clock.sleep(5);
    advance(5);
    await sleeping;
    expect(clock.monotonic() - mono).toBeGreaterThanOrEqual(4.9);
    expect(clock.now() - wall).toBeGreaterThanOrEqual(4);
  });

  test('rejects a sleep as soon as its signal aborts', async () => {
    const controller = new AbortController();
    const sleeping = clock.sleep(3_600_000, { signal: controller.signal });
    controller.abort();
    await expect(sleeping).rejects.toThrow(/abort/);
    await expect(clock.sleep(1, { signal: controller.signal })).rejects.toThrow(/abort/);
  });

  test('calls back once, unless canceled before', async () => {
    const [kept, canceled] = [vi.fn(), vi.fn()];
    callAfter(clock, 1, kept);
    callAfter(clock, 1, canceled)();
    advance(1);
    await vi.waitFor(() => expect(kept).toHaveBeenCalledOnce());
    expect(canceled).not.toHaveBeenCalled();
  });
});

test('does not call back when it is canceled after its time has come', async () => {
  const clock = createManualClock();
  const callback = vi.fn();
  const cancel = callAfter(clock, 1, callback);
  clock.advance(1);
  cancel();
  await new Promise(setImmediate);
  expect(callback).not.toHaveBeenCalled();
});

test('calls back at every interval until it is ended', async () => {
  const clock = createManualClock();
  const callback = vi.fn();
  const end = callEvery(clock, 1_000, callback);
  expect(callback).not.toHaveBeenCalled();
  await clock.advanceAsync(3_000);
  expect(callback).toHaveBeenCalledTimes(3);
  end();
  await clock.advanceAsync(3_000);
  expect(callback).toHaveBeenCalledTimes(3);
});

test('does not end a sleep that is longer than a timer can be', async () => {
  const controller = new AbortController();
  const ended = vi.fn();
  const sleeping = systemClock.sleep(2 ** 40, { signal: controller.signal }).then(ended, () => {});
  await systemClock.sleep(20);
  expect(ended).not.toHaveBeenCalled();
  controller.abort();
  await sleeping;
});
