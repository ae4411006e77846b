import { beforeEach, expect, test } from 'vitest';
import { createReadiness, type Phase } from '../src/readiness.ts';
import { createRecordedLog } from './jobs/recorded-log.ts';
import { createManualClock } from './manual-clock.ts';

const clock = createManualClock();
const log = createRecordedLog();
let writes: string[] = [];
let broken: string | null = null;
let phase: Phase = 'working';

const checkOf = (name: string) => async () => {
  writes.push(name);
  if (name === broken) throw new Error(`no room for ${name}`);
};
const build = () =>
  createReadiness({
    phase: () => phase,
    checks: { database: checkOf('database'), files: checkOf('files') },
    clock,
    log,
  });

beforeEach(() => {
  writes = [];
  broken = null;
  phase = 'working';
  log.lines.length = 0;
});

test('is ready while the database and the files accept writes', async () => {
  expect(await build()()).toEqual({ ready: true });
  expect(writes).toEqual(['database', 'files']);
});

test.each(['database', 'files'])(
  'is not ready while the %s rejects writes, and ready again afterwards',
  async (name) => {
    const readiness = build();
    broken = name;
    expect(await readiness()).toEqual({ ready: false, reason: name });
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { reason: name } }]);
    broken = null;
    clock.advance(1_000);
    expect(await readiness()).toEqual({ ready: true });
  },
);

test('writes at most once a second, however many probes ask', async () => {
  const readiness = build();
  await Promise.all(Array.from({ length: 100 }, readiness));
  clock.advance(999);
  await readiness();
  expect(writes).toEqual(['database', 'files']);
  clock.advance(1);
  await readiness();
  expect(writes).toHaveLength(4);
});

test.each(['starting', 'draining'] as const)(
  'is not ready while %s, whatever earlier probes found, and answers without a write',
  async (now) => {
    const readiness = build();
    await readiness();
    phase = now;
    expect(await readiness()).toEqual({ ready: false, reason: now });
    expect(writes).toHaveLength(2);
  },
);
