import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import { waitingRows } from '../measure/filled-rows.ts';
import { milliseconds } from '../measure/format.ts';
import {
  fillPostgres,
  fillSqlite,
  type OpenStore,
  openPostgresStore,
  openSqliteStore,
} from '../measure/open-stores.ts';
import { percentile } from '../measure/statistics.ts';
import { met } from '../measure/verdict.ts';
import type { Figure, Row } from '../row.ts';

const GOAL_SECONDS = 0.002;
const FULL = { jobs: 1_000_000, users: 100_000 };
const QUICK = { jobs: 100_000, users: 10_000 };
const FEW = { jobs: 210, users: 10 };
/** Starts in each store at most; a slow one ends after `BUDGET_MS`. */
const STARTS = 200;
const WARM_UP = 5;
/** So many are measured however long they take. */
const LEAST = 10;
const BUDGET_MS = 20_000;
/** None expires in the queue: the oldest was created an hour ago. */
const AGE_MS = 60 * 60 * 1_000;
const MAX_WAIT_MS = 24 * 60 * 60 * 1_000;
const EXPECTED_MS = 20_000;

interface Counts {
  jobs: number;
  users: number;
}

export const nextJob: Row = {
  id: 'P13',
  measure: 'the next job among 1 million waiting of 100,000 users, through the store',
  against: 'among 10 users',
  goal: 'grant under 2 ms (median)',
  async run({ quick, log }) {
    const many = quick ? QUICK : FULL;
    const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-bench-'));
    const postgres = await startPostgresServer();
    try {
      const figures: Figure[] = [];
      const open = {
        SQLite: async (counts: Counts) => {
          const dir = path.join(folder, String(counts.jobs));
          await fillSqlite(dir, waitingRows(filling(counts)));
          return openSqliteStore(dir);
        },
        PostgreSQL: async (counts: Counts) => {
          const url = await postgres.createDatabase();
          await fillPostgres(url, waitingRows(filling(counts)));
          return openPostgresStore(url);
        },
      };
      for (const [database, openWith] of Object.entries(open)) {
        const startedAt = performance.now();
        const stores = { few: await openWith(FEW), many: await openWith(many) };
        log(`${database}: filled in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
        figures.push(await compare(database, many, stores));
        await Promise.all(Object.values(stores).map((store) => store.close()));
      }
      return figures;
    } finally {
      await postgres.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function compare(
  database: string,
  { jobs, users }: Counts,
  { few, many }: { few: OpenStore; many: OpenStore },
): Promise<Figure> {
  const seconds = { few: [] as number[], many: [] as number[] };
  const endsAt = performance.now() + BUDGET_MS;
  for (let number = 0; number < STARTS && (number < WARM_UP + LEAST || performance.now() < endsAt); number++) {
    const taken = { few: await startCall(few), many: await startCall(many) };
    if (number < WARM_UP) continue;
    seconds.few.push(taken.few);
    seconds.many.push(taken.many);
  }
  const median = percentile(seconds.many, 50);
  return {
    what: `${database}, ${jobs.toLocaleString('en')} waiting of ${users.toLocaleString('en')} users`,
    measured:
      `${milliseconds(median)}, p99 ${milliseconds(percentile(seconds.many, 99))}, ` +
      `least ${milliseconds(percentile(seconds.many, 0))}; among 10 users ${milliseconds(percentile(seconds.few, 50))}`,
    verdict: met(median < GOAL_SECONDS),
    numbers: { medianSeconds: median, seconds: seconds.many, fewSeconds: seconds.few },
  };
}

/** Seconds of one grant: from the call to the commit. */
async function startCall({ jobs }: OpenStore): Promise<number> {
  const startedAt = performance.now();
  const started = await jobs.startNextCall({
    attemptId: randomUUID(),
    workerId: 'bench',
    family: 'image-01',
    rpm: 0,
    windowMs: 60_000,
    maxWaitMs: MAX_WAIT_MS,
    step: (job, { startedAt }) => ({
      ...job,
      version: job.version + 1,
      state: {
        status: 'PROCESSING',
        stage: 'generating',
        progressFrom: 0,
        call: { startedAt, expectedMs: EXPECTED_MS },
        retryAt: null,
      },
    }),
  });
  const taken = (performance.now() - startedAt) / 1_000;
  if (started.kind !== 'started') throw new Error('No call was started');
  return taken;
}

function filling(counts: Counts) {
  const now = Date.now();
  return { ...counts, from: now - AGE_MS, to: now };
}
