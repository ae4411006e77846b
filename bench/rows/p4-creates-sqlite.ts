import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSimulator } from '@darkroom/minimax-simulator';
import { percent, perSecond, ratio } from '../measure/format.ts';
import { createRequest, toProcessing, usersOf } from '../measure/job-states.ts';
import { startApi } from '../measure/processes.ts';
import { openRawCommits, readTables, rowsSince } from '../measure/raw-commits.ts';
import { openConnections } from '../measure/send-requests.ts';
import { type Turns, takeTurns } from '../measure/take-turns.ts';
import { judge } from '../measure/verdict.ts';
import type { Row } from '../row.ts';

const GOAL = 0.5;
const CONNECTIONS = 64;
const USERS = 64;
const FULL: Turns = { rounds: 9, times: 256, warmUp: 512 };
const QUICK: Turns = { rounds: 5, times: 128, warmUp: 128 };

export const createsOnSqlite: Row = {
  id: 'P4',
  measure: `create, committed to disk, accepted a second at ${CONNECTIONS} warm connections on SQLite`,
  against: 'raw commits of the same rows, one by one',
  goal: 'at least 0.5 of them',
  async run({ quick }) {
    const simulator = await startSimulator({ images: 'plain' });
    const dataDir = await mkdtemp(path.join(tmpdir(), 'darkroom-bench-'));
    const api = await startApi({ provider: simulator, dataDir, settings: { GENERATION_CONCURRENCY: 1 } });
    try {
      await toProcessing({ url: api.url, simulator }); // the one call is held: from here on jobs only wait
      const before = readTables(dataDir);
      const connections = openConnections(api.url, CONNECTIONS);
      const users = usersOf(USERS);
      await connections.send(1, (number) => createRequest(users, number), 202);
      const rows = rowsSince(before, readTables(dataDir));
      const raw = openRawCommits(dataDir, dataDir, rows);
      const read = () => performance.now() / 1_000;
      const sides = {
        raw: { work: async (times: number) => raw.commit(times), read },
        ours: {
          work: (times: number) => connections.send(times, (number) => createRequest(users, number), 202),
          read,
        },
      };
      const taken = await takeTurns(sides, quick ? QUICK : FULL);
      await connections.close();
      raw.close();
      const share = taken.raw.median / taken.ours.median;
      const tables = [...rows].map(([name, written]) => `${written.length} ${name}`).join(', ');
      return [
        {
          what: `${USERS} users, rows of a create: ${tables}`,
          measured:
            `${ratio(share)} of raw commits: ${perSecond(1 / taken.ours.median)} against ${perSecond(1 / taken.raw.median)}, ` +
            `spread ${percent(taken.ours.spread)} and ${percent(taken.raw.spread)}`,
          verdict: judge(taken.raw, share >= GOAL),
          numbers: { ratio: share, oursSeconds: taken.ours.samples, rawSeconds: taken.raw.samples },
        },
      ];
    } finally {
      await api.stop();
      await simulator.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};
