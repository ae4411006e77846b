import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createBodyRoom } from '../../src/http/body-room.ts';

/** Longer than any test. */
const waitMs = 60_000;

function openRoom(bounds: { totalBytes: number; userBytes: number }) {
  const room = createBodyRoom({ ...bounds, waitMs });
  const inside: string[] = [];
  return {
    inside,
    async enter(name: string, bytes: number): Promise<() => void> {
      // A name begins with its user.
      const leave = await room.enter({ userId: name.slice(0, 1), bytes });
      inside.push(name);
      return () => {
        inside.splice(inside.indexOf(name), 1);
        leave();
      };
    },
  };
}

test('who finds no room waits for it, in turn', async () => {
  const { enter, inside } = openRoom({ totalBytes: 10, userBytes: 10 });
  const leave = await enter('a', 6);
  const later = [enter('b', 6), enter('c', 3)];
  await sleep(0);
  expect(inside).toEqual(['a']); // c would fit, and comes after b
  leave();
  await Promise.all(later);
  expect(inside).toEqual(['b', 'c']);
});

test('nobody waits behind a user who has their share', async () => {
  const { enter, inside } = openRoom({ totalBytes: 10, userBytes: 5 });
  const leave = await enter('a1', 5);
  const second = enter('a2', 1);
  await enter('b1', 5);
  expect(inside).toEqual(['a1', 'b1']);
  leave();
  await second;
  expect(inside).toEqual(['b1', 'a2']);
});

test('leaving twice gives back once', async () => {
  const { enter, inside } = openRoom({ totalBytes: 10, userBytes: 10 });
  const room = createBodyRoom({ totalBytes: 10, userBytes: 10, waitMs: 0 });
  const leave = await room.enter({ userId: 'a', bytes: 5 });
  await room.enter({ userId: 'b', bytes: 5 });
  leave();
  leave();
  await room.enter({ userId: 'c', bytes: 5 });
  await expect(room.enter({ userId: 'd', bytes: 1 })).rejects.toMatchObject({ code: 'unavailable' });
  await enter('a', 1);
  expect(inside).toEqual(['a']);
});

test('who waited too long is told when to come back, and those behind come in', async () => {
  const room = createBodyRoom({ totalBytes: 10, userBytes: 10, waitMs: 50 });
  await room.enter({ userId: 'a', bytes: 6 });
  const large = room.enter({ userId: 'b', bytes: 6 });
  await sleep(20);
  const small = room.enter({ userId: 'c', bytes: 3 });
  await expect(large).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 5_000 });
  await small;
});
