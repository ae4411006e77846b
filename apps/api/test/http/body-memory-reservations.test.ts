import { expect, test } from 'vitest';
import { createBodyMemoryLimiter } from '../../src/http/limit-body-memory.ts';
import { createManualClock } from '../manual-clock.ts';

const waitMs = 20_000;

function openRoom(bounds: { totalBytes: number; userBytes: number }) {
  const limiter = createBodyMemoryLimiter({ ...bounds, waitMs }, createManualClock());
  const inside: string[] = [];
  return {
    inside,
    async reserve(name: string, bytes: number): Promise<() => void> {
      // The first character of a name is its user.
      const leave = await limiter.reserve({ userId: name.slice(0, 1), bytes });
      inside.push(name);
      return () => {
        inside.splice(inside.indexOf(name), 1);
        leave();
      };
    },
  };
}

test('makes a reservation that does not fit wait, in order of arrival', async () => {
  const { reserve, inside } = openRoom({ totalBytes: 10, userBytes: 10 });
  const leave = await reserve('a', 6);
  const later = [reserve('b', 6), reserve('c', 3)];
  await new Promise(setImmediate);
  expect(inside).toEqual(['a']); // c would fit, but must come after b
  leave();
  await Promise.all(later);
  expect(inside).toEqual(['b', 'c']);
});

test('lets other users pass a user who holds their whole share', async () => {
  const { reserve, inside } = openRoom({ totalBytes: 10, userBytes: 5 });
  const leave = await reserve('a1', 5);
  const second = reserve('a2', 1);
  await reserve('b1', 5);
  expect(inside).toEqual(['a1', 'b1']);
  leave();
  await second;
  expect(inside).toEqual(['b1', 'a2']);
});

test('releases a reservation only once when it is released twice', async () => {
  const { reserve, inside } = openRoom({ totalBytes: 10, userBytes: 10 });
  const clock = createManualClock();
  const limiter = createBodyMemoryLimiter({ totalBytes: 10, userBytes: 10, waitMs }, clock);
  const leave = await limiter.reserve({ userId: 'a', bytes: 5 });
  await limiter.reserve({ userId: 'b', bytes: 5 });
  leave();
  leave();
  await limiter.reserve({ userId: 'c', bytes: 5 });
  const refused = expect(limiter.reserve({ userId: 'd', bytes: 1 })).rejects.toMatchObject({ code: 'unavailable' });
  clock.advance(waitMs);
  await refused;
  await reserve('a', 1);
  expect(inside).toEqual(['a']);
});

test('rejects a reservation after its wait time with a Retry-After, and admits the next in line', async () => {
  const clock = createManualClock();
  const limiter = createBodyMemoryLimiter({ totalBytes: 10, userBytes: 10, waitMs }, clock);
  await limiter.reserve({ userId: 'a', bytes: 6 });
  const large = limiter.reserve({ userId: 'b', bytes: 6 });
  clock.advance(waitMs - 1);
  const small = limiter.reserve({ userId: 'c', bytes: 3 });
  clock.advance(1);
  await expect(large).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 5_000 });
  await small;
});
