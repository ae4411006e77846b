import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openSqlite } from '../../src/store/sqlite/open-sqlite.ts';
import { testFaults } from './faults.conformance.ts';
import { createWorld } from './world.ts';

const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
});

testFaults(async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'darkroom-faults-'));
  const database = await openSqlite(dir, systemClock);
  ends.push(database.close, () => rm(dir, { recursive: true, force: true }));
  return createWorld(database, null, path.join(dir, 'files'));
});
