import { expect, test, vi } from 'vitest';
import { createLargeBodyQueue } from '../../src/http/parse-large-bodies.ts';

const LARGE = 1_000_000;
const neverFail = (error: unknown) => {
  throw error;
};

test('runs an immediate between two large bodies that arrive together, but not before a small one', async () => {
  const parseWhenFree = createLargeBodyQueue(neverFail);
  const events: string[] = [];
  const done = new Promise<void>((resolve) => {
    parseWhenFree(
      LARGE,
      () => {
        events.push('first');
        setImmediate(() => events.push('somebody else'));
      },
      neverFail,
    );
    parseWhenFree(
      LARGE,
      () => {
        events.push('second');
        resolve();
      },
      neverFail,
    );
    parseWhenFree(10, () => events.push('small'), neverFail);
  });
  await done;
  expect(events).toEqual(['first', 'small', 'somebody else', 'second']);
});

test.each([10, LARGE])('hands the error of a parse that throws to its own request, of %i bytes', (bytes) => {
  const fail = vi.fn();
  createLargeBodyQueue(neverFail)(bytes, () => neverFail('broken'), fail);
  expect(fail).toHaveBeenCalledExactlyOnceWith('broken');
});

test('continues after a waiting parse that throws, which must not end the process', async () => {
  const parseWhenFree = createLargeBodyQueue(neverFail);
  const fail = vi.fn();
  parseWhenFree(LARGE, () => {}, neverFail);
  parseWhenFree(LARGE, () => neverFail('broken'), fail);
  await new Promise<void>((resolve) => parseWhenFree(LARGE, resolve, neverFail));
  expect(fail).toHaveBeenCalledExactlyOnceWith('broken');
});

test.each([10, LARGE])(
  'reports the error of a refusal that throws, for a body of %i bytes, and continues',
  async (bytes) => {
    const onFault = vi.fn();
    const parseWhenFree = createLargeBodyQueue(onFault);
    const broken = () => neverFail('broken');
    parseWhenFree(bytes, broken, () => neverFail('no answer'));
    parseWhenFree(bytes, broken, () => neverFail('no answer either'));
    await new Promise<void>((resolve) => parseWhenFree(LARGE, resolve, neverFail));
    expect(onFault.mock.calls).toEqual([['no answer'], ['no answer either']]);
  },
);
