import { beforeEach, expect, test } from 'vitest';
import { createReadiness } from '../src/readiness.ts';
import { createHandClock } from './hand-clock.ts';
import { createLogBook } from './jobs/log-book.ts';

const clock = createHandClock();
const log = createLogBook();
let writes: string[] = [];
let broken: string | null = null;
let draining = false;

const checkOf = (name: string) => async () => {
  writes.push(name);
  if (name === broken) throw new Error(`no room for ${name}`);
};
const build = () =>
  createReadiness({
    isDraining: () => draining,
    checks: { database: checkOf('database'), files: checkOf('files') },
    clock: clock.now,
    log,
  });

beforeEach(() => {
  writes = [];
  broken = null;
  draining = false;
  log.lines.length = 0;
});

test('is ready while everything takes writes', async () => {
  expect(await build()()).toEqual({ ready: true });
  expect(writes).toEqual(['database', 'files']);
});

test.each(['database', 'files'])('is not ready while the %s takes none, and is again when it does', async (name) => {
  const readiness = build();
  broken = name;
  expect(await readiness()).toEqual({ ready: false, reason: name });
  expect(log.lines).toMatchObject([{ level: 'warn', facts: { reason: name } }]);
  broken = null;
  clock.advance(1_000);
  expect(await readiness()).toEqual({ ready: true });
});

test('writes once a second, however many ask', async () => {
  const readiness = build();
  await Promise.all(Array.from({ length: 100 }, readiness));
  clock.advance(999);
  await readiness();
  expect(writes).toEqual(['database', 'files']);
  clock.advance(1);
  await readiness();
  expect(writes).toHaveLength(4);
});

test('is not ready while it drains, whatever was found before, and writes nothing to say so', async () => {
  const readiness = build();
  await readiness();
  draining = true;
  expect(await readiness()).toEqual({ ready: false, reason: 'draining' });
  expect(writes).toHaveLength(2);
});
