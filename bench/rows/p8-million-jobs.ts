import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { startSimulator } from '@darkroom/minimax-simulator';
import { signUserToken } from '@darkroom/test-kit/client/user';
import { cpuSeconds } from '../measure/cpu-time.ts';
import { completedRows, filledJobId, filledUserId } from '../measure/filled-rows.ts';
import { milliseconds, ratio, seconds } from '../measure/format.ts';
import { createRequest, toProcessing } from '../measure/job-states.ts';
import { fillSqlite } from '../measure/open-stores.ts';
import { type ServerProcess, startApi } from '../measure/processes.ts';
import { openConnections, type Request } from '../measure/send-requests.ts';
import { percentile, summarize } from '../measure/statistics.ts';
import { met } from '../measure/verdict.ts';
import type { Figure, Row } from '../row.ts';

const GOAL = 1.5;
const FULL = { jobs: 1_000_000, users: 10_000, requests: 600, starts: 3 };
const QUICK = { jobs: 50_000, users: 500, requests: 150, starts: 2 };
/** The empty store has the jobs of one user, so that both lists are equally long. */
const JOBS_OF_USER = 100;
const WARM_UP = 20;
/** A slow call ends after this. */
const BUDGET_MS = 40_000;
const PAGE = 20;
/** Within the retention: none is swept. */
const AGE_MS = 20 * 24 * 60 * 60 * 1_000;
const USER = 7;

/** The calls that are compared, each with the number of the request. */
const CALLS = {
  status: (token: string, jobId: string): Request => get(token, `${GENERATION_PATH}/${jobId}`),
  list: (token: string): Request => get(token, `${GENERATION_PATH}?limit=${PAGE}`),
  create: (token: string, _jobId: string, number: number): Request => createRequest([token], number),
} as const;

const get = (token: string, path: string): Request => ({
  method: 'GET',
  path,
  headers: { authorization: `Bearer ${token}` },
});

export const millionJobs: Row = {
  id: 'P8',
  measure: 'one million jobs stored (SQLite): p99 of create, status and list; the start',
  against: 'a store with the jobs of one user',
  goal: 'within 1.5 times',
  async run({ quick, log }) {
    const { jobs, users, requests, starts } = quick ? QUICK : FULL;
    const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-bench-'));
    try {
      const dirs = { few: path.join(folder, 'few'), many: path.join(folder, 'many') };
      const now = Date.now();
      const range = { from: now - AGE_MS, to: now };
      await fillSqlite(dirs.few, completedRows({ jobs: JOBS_OF_USER * (USER + 1), users: USER + 1, ...range }));
      await fillSqlite(dirs.many, completedRows({ jobs, users, ...range }));
      log(`filled in ${seconds((Date.now() - now) / 1_000)}`);
      return [...(await compareStarts(dirs, starts)), ...(await compareCalls(dirs, users, requests))];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Sides<Value> {
  few: Value;
  many: Value;
}

async function compareStarts(dirs: Sides<string>, starts: number): Promise<Figure[]> {
  const provider = await startSimulator({ images: 'plain' });
  const taken = { few: [] as number[], many: [] as number[] };
  const cpu = { few: [] as number[], many: [] as number[] };
  for (let number = 0; number < starts; number++) {
    for (const side of ['few', 'many'] as const) {
      const startedAt = performance.now();
      const api = await startApi({ provider, dataDir: dirs[side] });
      taken[side].push((performance.now() - startedAt) / 1_000);
      cpu[side].push(cpuSeconds(api.pid));
      await api.stop();
    }
  }
  await provider.close();
  const [few, many] = [summarize(taken.few).median, summarize(taken.many).median];
  const [cpuFew, cpuMany] = [summarize(cpu.few).median, summarize(cpu.many).median];
  return [
    {
      what: 'start',
      measured: `${ratio(many / few)} times: ${seconds(many)} (CPU ${seconds(cpuMany)}) against ${seconds(few)} (CPU ${seconds(cpuFew)})`,
      verdict: met(many <= GOAL * few),
      numbers: { fewSeconds: taken.few, manySeconds: taken.many, fewCpuSeconds: cpu.few, manyCpuSeconds: cpu.many },
    },
  ];
}

async function compareCalls(dirs: Sides<string>, users: number, requests: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  const simulator = await startSimulator({ images: 'plain' });
  const servers: ServerProcess[] = [];
  try {
    const begin = async (dataDir: string, usersOfStore: number) => {
      const api = await startApi({ provider: simulator, dataDir, settings: { GENERATION_CONCURRENCY: 1 } });
      servers.push(api);
      await toProcessing({ url: api.url, simulator }); // the one call is held: created jobs wait
      return {
        connection: openConnections(api.url, 1),
        token: signUserToken({ user_id: filledUserId(USER, { users: usersOfStore }) }),
        jobId: filledJobId(USER),
      };
    };
    const few = await begin(dirs.few, USER + 1);
    simulator.reset();
    const many = await begin(dirs.many, users);
    for (const [name, call] of Object.entries(CALLS)) {
      const taken = { few: [] as number[], many: [] as number[] };
      const endsAt = performance.now() + BUDGET_MS;
      for (let number = 0; number < requests + WARM_UP; number++) {
        if (number > 2 * WARM_UP && performance.now() > endsAt) break;
        for (const [side, at] of Object.entries({ few, many }) as ['few' | 'many', typeof few][]) {
          const startedAt = performance.now();
          await at.connection.send(1, () => call(at.token, at.jobId, number), name === 'create' ? 202 : 200);
          if (number >= WARM_UP) taken[side].push((performance.now() - startedAt) / 1_000);
        }
      }
      const p99 = { few: percentile(taken.few, 99), many: percentile(taken.many, 99) };
      const p50 = { few: percentile(taken.few, 50), many: percentile(taken.many, 50) };
      figures.push({
        what: name,
        measured:
          `p99 ${ratio(p99.many / p99.few)} times: ${milliseconds(p99.many)} against ${milliseconds(p99.few)}; ` +
          `p50 ${ratio(p50.many / p50.few)} times: ${milliseconds(p50.many)} against ${milliseconds(p50.few)}`,
        verdict: met(p99.many <= GOAL * p99.few),
        numbers: { fewSeconds: taken.few, manySeconds: taken.many },
      });
    }
    for (const { connection } of [few, many]) await connection.close();
    return figures;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await simulator.close();
  }
}
