import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openPostgres } from '../../src/store/postgres/open-postgres.ts';
import { givenPostgres, LEASE_MS } from '../store/open-postgres-stores.ts';
import { testFaults } from './faults.conformance.ts';
import { createWorld } from './world.ts';

const postgres = givenPostgres();
const ends: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
});

testFaults(async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'darkroom-faults-'));
  const database = await openPostgres(postgres.url(), systemClock);
  ends.push(database.close, () => rm(dir, { recursive: true, force: true }));
  return createWorld(database, LEASE_MS, path.join(dir, 'files'));
});
