import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createDecodeBudget, type DecodeBudgetSettings } from '../../src/images/decode-budget.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A budget whose work lasts until the test ends it by name. */
function openBudget(settings: Partial<DecodeBudgetSettings> = {}) {
  const budget = createDecodeBudget({
    totalBytes: 100,
    uploadBytes: 60,
    places: 4,
    uploadPlaces: 3,
    uploadWaitMs: 20_000,
    ...settings,
  });
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  return {
    begun,
    add(kind: 'result' | 'upload', name: string, bytes: number): Promise<void> {
      return budget.run(kind, bytes, () => {
        begun.push(name);
        const end = Promise.withResolvers<void>();
        ends.set(name, end);
        return end.promise;
      });
    },
    async end(name: string) {
      ends.get(name)?.resolve();
      await vi.advanceTimersByTimeAsync(0);
    },
    async fail(name: string) {
      ends.get(name)?.reject(new Error('damaged'));
      await vi.advanceTimersByTimeAsync(0);
    },
    settle: () => vi.advanceTimersByTimeAsync(0),
  };
}

test('work begins while its memory fits, and the next as soon as enough is free, also after a failure', async () => {
  const { add, begun, fail, settle } = openBudget();
  const first = add('result', 'first', 70);
  void add('result', 'second', 40);
  await settle();
  expect(begun).toEqual(['first']);
  const failed = expect(first).rejects.toThrow('damaged');
  await fail('first');
  await failed;
  expect(begun).toEqual(['first', 'second']);
});

test('uploads leave memory and a place for results', async () => {
  const { add, begun, settle } = openBudget({ places: 2, uploadPlaces: 1 });
  void add('upload', 'photo', 50);
  void add('upload', 'next photo', 1);
  await settle();
  expect(begun).toEqual(['photo']);
  void add('result', 'result', 50);
  await settle();
  expect(begun).toEqual(['photo', 'result']);
});

test('uploads together take no more memory than their share', async () => {
  const { add, begun, settle } = openBudget();
  for (const name of ['a', 'b', 'c']) void add('upload', name, 30);
  await settle();
  expect(begun).toEqual(['a', 'b']);
});

test('a result that waits goes before every upload that waits', async () => {
  const { add, begun, end, settle } = openBudget({ places: 1, uploadPlaces: 1 });
  void add('upload', 'photo', 10);
  void add('upload', 'next photo', 10);
  void add('result', 'result', 10);
  await settle();
  await end('photo');
  expect(begun).toEqual(['photo', 'result']);
  await end('result');
  expect(begun).toEqual(['photo', 'result', 'next photo']);
});

test('an upload that would fit does not slip in before a result that waits for memory', async () => {
  const { add, begun, end, settle } = openBudget();
  void add('result', 'first', 50);
  void add('result', 'large', 90);
  void add('upload', 'photo', 10);
  await settle();
  expect(begun).toEqual(['first']);
  await end('first');
  expect(begun).toEqual(['first', 'large', 'photo']);
});

test('a large upload that waits is not overtaken by smaller ones', async () => {
  const { add, begun, end, settle } = openBudget();
  void add('upload', 'first', 30);
  void add('upload', 'large', 60);
  void add('upload', 'small', 10);
  await settle();
  expect(begun).toEqual(['first']);
  await end('first');
  expect(begun).toEqual(['first', 'large']);
});

test('an upload that waits too long is told to come later, and those behind it go on', async () => {
  const { add, begun, end } = openBudget({ places: 1, uploadPlaces: 1 });
  void add('upload', 'slow', 10);
  const late = expect(add('upload', 'late', 10)).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 5_000 });
  await vi.advanceTimersByTimeAsync(19_999);
  void add('upload', 'next', 10);
  await vi.advanceTimersByTimeAsync(1);
  await late;
  await end('slow');
  expect(begun).toEqual(['slow', 'next']);
});

test('a result is paid for: it waits for as long as it takes, and one above all memory goes alone', async () => {
  const { add, begun, end } = openBudget();
  void add('result', 'first', 10);
  void add('result', 'enormous', 1_000);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(begun).toEqual(['first']);
  await end('first');
  expect(begun).toEqual(['first', 'enormous']);
});
