import { expect, test } from 'vitest';
import { createLargeBodyQueue } from '../../src/http/parse-large-bodies.ts';

const LARGE = 1_000_000;

test('runs an immediate between two large bodies that arrive together, but not before a small one', async () => {
  const parseWhenFree = createLargeBodyQueue();
  const events: string[] = [];
  const done = new Promise<void>((resolve) => {
    parseWhenFree(LARGE, () => {
      events.push('first');
      setImmediate(() => events.push('somebody else'));
    });
    parseWhenFree(LARGE, () => {
      events.push('second');
      resolve();
    });
    parseWhenFree(10, () => events.push('small'));
  });
  await done;
  expect(events).toEqual(['first', 'small', 'somebody else', 'second']);
});

test('continues after a parse that throws', async () => {
  const parseWhenFree = createLargeBodyQueue();
  expect(() =>
    parseWhenFree(LARGE, () => {
      throw new Error('broken');
    }),
  ).toThrow('broken');
  await new Promise<void>((resolve) => parseWhenFree(LARGE, resolve));
});
