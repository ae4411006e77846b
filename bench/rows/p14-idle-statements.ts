import { setTimeout as sleep } from 'node:timers/promises';
import { HELD_POLLS_PER_USER } from '@darkroom/contracts/limits';
import { type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { type Cluster, startCluster } from '@darkroom/test-kit/api/cluster';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { createUser } from '@darkroom/test-kit/client/user';
import { startPostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import { holdPolls } from '../measure/hold-polls.ts';
import { createOwnedJobs, usersOf } from '../measure/job-states.ts';
import { type StatementRecorder, startStatementRecorder } from '../measure/record-statements.ts';
import { met } from '../measure/verdict.ts';
import type { Figure, Row } from '../row.ts';

const GOAL_IDLE = 10;
const GOAL_WITH_POLLS = 20;
const SLOTS = 250;
const POLLS = 1_000;
/** What the processes do only after their start is over by then. */
const SETTLED_AFTER_MS = 20_000;
const FULL = { idleSeconds: 45, pollSeconds: 18, jobs: 50 };
const QUICK = { idleSeconds: 15, pollSeconds: 10, jobs: 10 };
/** The texts that were sent most often are printed. */
const SHOWN = 12;
const SHOWN_CHARACTERS = 110;

export const idleStatements: Row = {
  id: 'P14',
  measure: `statements a second of an idle deployment, one API and 2 workers with ${SLOTS} slots; with ${POLLS} held polls`,
  against: '',
  goal: 'under 10; under 20',
  async run({ quick, log }) {
    const { idleSeconds, pollSeconds, jobs } = quick ? QUICK : FULL;
    const postgres = await startPostgresServer();
    const recorder = await startStatementRecorder(postgres.url);
    const before = process.env.TEST_DATABASE_URL;
    process.env.TEST_DATABASE_URL = recorder.url;
    const provider = await startSimulator({ images: 'plain' });
    try {
      const settings = { GENERATION_CONCURRENCY: SLOTS, RATE_LIMIT_PER_MINUTE: 0, USER_ACTIVE_LIMIT: 1_000 };
      const cluster = await startCluster({ provider, apis: 1, workers: 2, settings });
      try {
        await sleep(SETTLED_AFTER_MS);
        const idle = await countPerSecond(recorder, idleSeconds, log);
        const perJob = await measureJobs(cluster, recorder, jobs);
        const held = await countWithPolls({ cluster, recorder, provider, seconds: pollSeconds, log });
        return [rateFigure('idle', idle, GOAL_IDLE), rateFigure(`${POLLS} held polls`, held, GOAL_WITH_POLLS), perJob];
      } finally {
        await cluster.stop();
      }
    } finally {
      if (before === undefined) delete process.env.TEST_DATABASE_URL;
      else process.env.TEST_DATABASE_URL = before;
      await recorder.close();
      await provider.close();
      await postgres.close();
    }
  },
};

function rateFigure(what: string, rate: number, goal: number): Figure {
  return { what, measured: `${rate.toFixed(1)} a second`, verdict: met(rate < goal), numbers: { rate } };
}

async function countPerSecond(recorder: StatementRecorder, seconds: number, log: (line: string) => void) {
  recorder.reset();
  await sleep(seconds * 1_000);
  const statements = recorder.statements();
  const texts = Map.groupBy(statements, ({ text }) => text.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN_CHARACTERS));
  const mostFirst = [...texts].toSorted(([, a], [, b]) => b.length - a.length);
  for (const [text, sent] of mostFirst.slice(0, SHOWN)) {
    log(`${(sent.length / seconds).toFixed(2).padStart(7)}  ${text}`);
  }
  return statements.length / seconds;
}

/** One job after the other: what each takes, and how fast another process learns of it. */
async function measureJobs(cluster: Cluster, recorder: StatementRecorder, jobs: number): Promise<Figure> {
  const { sdk } = createUser(cluster.api(0).url, '1', new AbortController().signal);
  await sdk.generate(imageRequest('first'));
  recorder.reset();
  for (let number = 0; number < jobs; number++) await sdk.generate(imageRequest(`job ${number}`));
  const perJob = recorder.statements().length / jobs;
  const [row] = await cluster.ask(
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a.started_at - j.created_at) AS p50,
            percentile_cont(0.99) WITHIN GROUP (ORDER BY a.started_at - j.created_at) AS p99
       FROM attempts a JOIN jobs j USING (job_id)`,
  );
  return {
    what: 'a job followed by the sdk',
    measured: `${perJob.toFixed(0)} statements; from create to reservation p50 ${row?.p50} ms, p99 ${row?.p99} ms`,
    verdict: { kind: 'no goal' },
    numbers: { statements: perJob, p50Ms: Number(row?.p50), p99Ms: Number(row?.p99) },
  };
}

interface WithPolls {
  cluster: Cluster;
  recorder: StatementRecorder;
  provider: Simulator;
  /** Shorter than a poll is held, so that none is sent again. */
  seconds: number;
  log(line: string): void;
}

async function countWithPolls({ cluster, recorder, provider, seconds, log }: WithPolls): Promise<number> {
  provider.script({ hold: true });
  const { url } = cluster.api(0);
  const jobs = await createOwnedJobs(url, usersOf(POLLS / HELD_POLLS_PER_USER));
  const polls = await holdPolls(url, jobs, HELD_POLLS_PER_USER);
  try {
    return await countPerSecond(recorder, seconds, log);
  } finally {
    polls.close();
    provider.release();
  }
}
