import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { embedPostgres } from '@darkroom/test-kit/infrastructure/embed-postgres';
import { percent, perSecond, ratio } from '../measure/format.ts';
import { createRequest, usersOf } from '../measure/job-states.ts';
import { type ServerProcess, startApi } from '../measure/processes.ts';
import { type Statement, startStatementRecorder } from '../measure/record-statements.ts';
import { commonStatements, openRepetition, type Repetition } from '../measure/repeat-statements.ts';
import { type Connections, openConnections } from '../measure/send-requests.ts';
import { type Turns, takeTurns } from '../measure/take-turns.ts';
import { judge } from '../measure/verdict.ts';
import type { Figure, Row } from '../row.ts';

const GOAL_SHARE = 0.7;
const GOAL_RATE = 500;
const APIS = 2;
const CONNECTIONS = 32;
const USERS = 32;
const FULL: Turns = { rounds: 7, times: 192, warmUp: 192 };
const QUICK: Turns = { rounds: 3, times: 96, warmUp: 96 };

export const createsOnPostgres: Row = {
  id: 'P12',
  measure: `creates a second on PostgreSQL, ${APIS} APIs, ${CONNECTIONS} connections, each commit on disk`,
  against: 'pgbench running the same statements',
  goal: 'at least 0.7 of it, and above 500',
  async run({ quick, log }) {
    const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-bench-'));
    // Unlike the tests' server: this one waits for the disk.
    const databaseFolder = await mkdtemp(path.join(tmpdir(), 'darkroom-bench-postgres-'));
    const postgres = await embedPostgres({ folder: databaseFolder });
    const closers: (() => Promise<void>)[] = [];
    try {
      const dataDir = path.join(folder, 'data');
      const provider = { url: 'http://127.0.0.1:9' }; // there is no worker, so nothing is called
      const begin = (databaseUrl: string) =>
        startApi({ provider, dataDir, settings: { ROLE: 'api', DATABASE_URL: databaseUrl } });

      const recordings = await recordCreates(postgres.url, begin);
      log(`a create is ${recordings[0]?.length} statements`);
      const repetition = await openRepetition(recordings, {
        databaseUrl: postgres.url,
        connections: CONNECTIONS,
        folder,
      });
      closers.push(repetition.close);
      const clients: Connections[] = [];
      for (let number = 0; number < APIS; number++) {
        const api = await begin(postgres.url);
        closers.push(api.stop);
        clients.push(openConnections(api.url, CONNECTIONS / APIS));
      }
      const figure = await compare(clients, repetition, quick ? QUICK : FULL, recordings[0]?.length ?? 0);
      await Promise.all(clients.map((client) => client.close()));
      return [figure];
    } finally {
      for (const close of closers) await close();
      await postgres.stop();
      for (const made of [folder, databaseFolder]) await rm(made, { recursive: true, force: true });
    }
  },
};

/** What one create of each user sends to the database, after the process has warmed up. */
async function recordCreates(
  databaseUrl: string,
  begin: (databaseUrl: string) => Promise<ServerProcess>,
): Promise<Statement[][]> {
  const recorder = await startStatementRecorder(databaseUrl);
  const api = await begin(recorder.url);
  try {
    const client = openConnections(api.url, 1);
    const users = usersOf(USERS);
    const create = (number: number) => client.send(1, () => createRequest(users, number), 202);
    await create(0);
    const recordings: Statement[][] = [];
    for (let number = 0; number < USERS; number++) {
      recorder.reset();
      await create(number);
      recordings.push(recorder.statements());
    }
    await client.close();
    return commonStatements(recordings);
  } finally {
    await api.stop();
    await recorder.close();
  }
}

async function compare(
  clients: Connections[],
  repetition: Repetition,
  turns: Turns,
  statements: number,
): Promise<Figure> {
  const users = usersOf(USERS);
  let repeated = 0;
  const sides = {
    repeated: {
      async work(times: number) {
        repeated += await repetition.run(times);
      },
      read: () => repeated,
    },
    ours: {
      work: async (times: number) =>
        void (await Promise.all(
          clients.map((client, at) =>
            client.send(times / APIS, (number) => createRequest(users, number * APIS + at), 202),
          ),
        )),
      read: () => performance.now() / 1_000,
    },
  };
  const taken = await takeTurns(sides, turns);
  const share = taken.repeated.median / taken.ours.median;
  const rate = 1 / taken.ours.median;
  return {
    what: `${statements} statements a create`,
    measured:
      `${perSecond(rate)}, ${ratio(share)} of ${repetition.name} with ${perSecond(1 / taken.repeated.median)}, ` +
      `spread ${percent(taken.ours.spread)} and ${percent(taken.repeated.spread)}`,
    verdict: judge(taken.repeated, share >= GOAL_SHARE && rate > GOAL_RATE),
    numbers: { ratio: share, oursSeconds: taken.ours.samples, repeatedSeconds: taken.repeated.samples, statements },
  };
}
