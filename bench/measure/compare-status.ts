import { startSimulator } from '@darkroom/minimax-simulator';
import { JWT_SECRET } from '@darkroom/test-kit/api/api-environment';
import { signUserToken } from '@darkroom/test-kit/client/user';
import { startPostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import type { Figure } from '../row.ts';
import { cpuSeconds } from './cpu-time.ts';
import { microseconds, percent, ratio } from './format.ts';
import { type Deployment, toCompleted, toPending, toProcessing, USER } from './job-states.ts';
import { type ServerProcess, startApi, startBareRoute } from './processes.ts';
import { openConnections } from './send-requests.ts';
import { SHAPES, type Shape, statusUrl } from './status-requests.ts';
import { type Turns, takeTurns } from './take-turns.ts';
import { judge } from './verdict.ts';

const CONNECTIONS = 16;
const WAITING = 1_000;

/** The states of the job that is asked for. */
export const STATES = {
  COMPLETED: toCompleted,
  PROCESSING: toProcessing,
  [`PENDING, ${WAITING.toLocaleString('en')} waiting`]: (deployment: Deployment) => toPending(deployment, WAITING),
} as const;

// Short rounds: both sides then meet the same moments of a busy machine.
const FULL: Turns = { rounds: 45, times: 50, warmUp: 2_500 };
const QUICK: Turns = { rounds: 25, times: 50, warmUp: 1_500 };

interface Comparison {
  shape: Shape;
  state: string;
  prepare(deployment: Deployment): Promise<string>;
  /** Smallest share of the bare route's speed that meets the goal; null: reported without a goal. */
  goal: number | null;
  quick: boolean;
  /** Default: SQLite. */
  databaseUrl?: string;
}

/** CPU of one status request to the API beside a bare Fastify route that checks the same JWT and sends the same JSON. */
export async function compareStatus(comparison: Comparison): Promise<Figure> {
  const { shape, state, prepare, goal, quick, databaseUrl } = comparison;
  const simulator = await startSimulator({ images: 'plain' });
  const servers: ServerProcess[] = [];
  try {
    const api = await startApi({
      provider: simulator,
      settings: { GENERATION_CONCURRENCY: 1, ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }) },
    });
    servers.push(api);
    const { path, route } = statusUrl(shape, await prepare({ url: api.url, simulator }));
    const headers = { authorization: `Bearer ${signUserToken({ user_id: USER, star_id: '2' })}` };
    const answer = await fetch(api.url + path, { headers });
    const bare = await startBareRoute({ JWT_SECRET, ROUTE: route, BODY: await answer.text() });
    servers.push(bare);
    const sides = { bare: askFor(bare, path, headers), ours: askFor(api, path, headers) };
    const taken = await takeTurns(sides, quick ? QUICK : FULL);
    await Promise.all(Object.values(sides).map((side) => side.close()));
    const share = taken.bare.median / taken.ours.median;
    return {
      what: `${SHAPES[shape]}, ${state}${databaseUrl === undefined ? '' : ', PostgreSQL'}`,
      measured:
        `${ratio(share)} of the bare route (of minima ${ratio(taken.bare.minimum / taken.ours.minimum)}): ` +
        `${microseconds(taken.ours.median)} against ${microseconds(taken.bare.median)}, spread ${percent(taken.ours.spread)} and ${percent(taken.bare.spread)}`,
      verdict: goal === null ? { kind: 'no goal' } : judge(taken.bare, share >= goal),
      numbers: { ratio: share, oursSeconds: taken.ours.samples, bareSeconds: taken.bare.samples },
    };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await simulator.close();
  }
}

/** The same with a completed job on PostgreSQL, without a goal: other processes may change the job at any time. */
export async function compareStatusOnPostgres(shape: Shape, quick: boolean): Promise<Figure> {
  const postgres = await startPostgresServer();
  try {
    const databaseUrl = await postgres.createDatabase();
    return await compareStatus({ shape, state: 'COMPLETED', prepare: toCompleted, goal: null, quick, databaseUrl });
  } finally {
    await postgres.close();
  }
}

function askFor({ url, pid }: ServerProcess, path: string, headers: Record<string, string>) {
  const connections = openConnections(url, CONNECTIONS);
  const request = { method: 'GET' as const, path, headers };
  return {
    work: (times: number) => connections.send(times, () => request),
    read: () => cpuSeconds(pid),
    close: connections.close,
  };
}
