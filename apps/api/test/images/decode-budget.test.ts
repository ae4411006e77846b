import { beforeEach, expect, test } from 'vitest';
import { createDecodeBudget, type DecodeBudgetSettings } from '../../src/images/decode-budget.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';

let clock: ManualClock;
beforeEach(() => {
  clock = createManualClock();
});

/** A budget whose work lasts until the test ends it by name. */
function openBudget(settings: Partial<DecodeBudgetSettings> = {}) {
  const budget = createDecodeBudget({
    totalBytes: 100,
    uploadBytes: 60,
    slots: 4,
    uploadSlots: 3,
    uploadWaitMs: 20_000,
    clock,
    ...settings,
  });
  const started: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  return {
    started,
    add(kind: 'result' | 'upload', name: string, bytes: number): Promise<void> {
      return budget.run(kind, bytes, () => {
        started.push(name);
        const end = Promise.withResolvers<void>();
        ends.set(name, end);
        return end.promise;
      });
    },
    async end(name: string) {
      ends.get(name)?.resolve();
      await clock.advanceAsync(0);
    },
    async fail(name: string) {
      ends.get(name)?.reject(new Error('damaged'));
      await clock.advanceAsync(0);
    },
    settle: () => clock.advanceAsync(0),
  };
}

test('starts work while its memory fits, and the next once enough is free, also after a failure', async () => {
  const { add, started, fail, settle } = openBudget();
  const first = add('result', 'first', 70);
  void add('result', 'second', 40);
  await settle();
  expect(started).toEqual(['first']);
  const failed = expect(first).rejects.toThrow('damaged');
  await fail('first');
  await failed;
  expect(started).toEqual(['first', 'second']);
});

test('keeps memory and a place free for results while uploads are decoded', async () => {
  const { add, started, settle } = openBudget({ slots: 2, uploadSlots: 1 });
  void add('upload', 'photo', 50);
  void add('upload', 'next photo', 1);
  await settle();
  expect(started).toEqual(['photo']);
  void add('result', 'result', 50);
  await settle();
  expect(started).toEqual(['photo', 'result']);
});

test('limits all uploads together to their share of the memory', async () => {
  const { add, started, settle } = openBudget();
  for (const name of ['a', 'b', 'c']) void add('upload', name, 30);
  await settle();
  expect(started).toEqual(['a', 'b']);
});

test('starts a waiting result before every waiting upload', async () => {
  const { add, started, end, settle } = openBudget({ slots: 1, uploadSlots: 1 });
  void add('upload', 'photo', 10);
  void add('upload', 'next photo', 10);
  void add('result', 'result', 10);
  await settle();
  await end('photo');
  expect(started).toEqual(['photo', 'result']);
  await end('result');
  expect(started).toEqual(['photo', 'result', 'next photo']);
});

test('does not start a small upload before a result that waits for memory', async () => {
  const { add, started, end, settle } = openBudget();
  void add('result', 'first', 50);
  void add('result', 'large', 90);
  void add('upload', 'photo', 10);
  await settle();
  expect(started).toEqual(['first']);
  await end('first');
  expect(started).toEqual(['first', 'large', 'photo']);
});

test('does not start smaller uploads before a large one that waits', async () => {
  const { add, started, end, settle } = openBudget();
  void add('upload', 'first', 30);
  void add('upload', 'large', 60);
  void add('upload', 'small', 10);
  await settle();
  expect(started).toEqual(['first']);
  await end('first');
  expect(started).toEqual(['first', 'large']);
});

test('rejects an upload that waited too long with a Retry-After, and starts those behind it', async () => {
  const { add, started, end } = openBudget({ slots: 1, uploadSlots: 1 });
  void add('upload', 'slow', 10);
  const late = expect(add('upload', 'late', 10)).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 5_000 });
  await clock.advanceAsync(19_999);
  void add('upload', 'next', 10);
  await clock.advanceAsync(1);
  await late;
  await end('slow');
  expect(started).toEqual(['slow', 'next']);
});

test('lets a result wait without a limit, and processes one above the whole budget alone', async () => {
  const { add, started, end } = openBudget();
  void add('result', 'first', 10);
  void add('result', 'enormous', 1_000);
  await clock.advanceAsync(3_600_000);
  expect(started).toEqual(['first']);
  await end('first');
  expect(started).toEqual(['first', 'enormous']);
});
