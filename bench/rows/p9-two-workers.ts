import { startSimulator } from '@darkroom/minimax-simulator';
import { startCluster } from '@darkroom/test-kit/api/cluster';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { createUser } from '@darkroom/test-kit/client/user';
import { ratio } from '../measure/format.ts';
import { summarize } from '../measure/statistics.ts';
import { judge } from '../measure/verdict.ts';
import type { Row } from '../row.ts';

const GOAL = 1.9;
const USERS = 4;
/** Jobs before anything is measured, each without a wait for the provider. */
const WARM_UP = 16;
const FULL = { jobs: 80, latencyMs: 2_000, rounds: 2 };
const QUICK = { jobs: 24, latencyMs: 1_000, rounds: 1 };

export const twoWorkers: Row = {
  id: 'P9',
  measure: 'jobs a minute of two workers on PostgreSQL, limited by the duration of the calls and the slots',
  against: 'one worker',
  goal: 'at least 1.9 times',
  async run({ quick, log }) {
    const { rounds, ...load } = quick ? QUICK : FULL;
    const one: number[] = [];
    const two: number[] = [];
    for (let round = 0; round < rounds; round++) {
      one.push(await secondsFor(1, load));
      two.push(await secondsFor(2, load));
      log(`${one.at(-1)?.toFixed(1)} s and ${two.at(-1)?.toFixed(1)} s`);
    }
    const [single, double] = [summarize(one), summarize(two)];
    const factor = single.median / double.median;
    const perMinute = (seconds: number) => ((load.jobs / seconds) * 60).toFixed(1);
    return [
      {
        what: `${load.jobs} jobs with calls of ${load.latencyMs / 1_000} s`,
        measured: `${ratio(factor)} times: ${perMinute(double.median)} against ${perMinute(single.median)} jobs a minute`,
        verdict: judge(single, factor >= GOAL),
        numbers: { factor, oneSeconds: one, twoSeconds: two },
      },
    ];
  },
};

/** From the first create until the last image is stored. */
async function secondsFor(workers: number, { jobs, latencyMs }: { jobs: number; latencyMs: number }): Promise<number> {
  const provider = await startSimulator({ images: 'plain', latencyMs });
  const settings = { RATE_LIMIT_PER_MINUTE: 0, USER_ACTIVE_LIMIT: 1_000 };
  const cluster = await startCluster({ provider, apis: 1, workers, settings });
  const controller = new AbortController();
  const users = Array.from({ length: USERS }, (_, index) =>
    createUser(cluster.api(0).url, String(index + 1), controller.signal),
  );
  const generate = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, number) => users[number % USERS]?.sdk.generate(imageRequest(`job ${number}`))),
    );
  try {
    provider.script({ times: WARM_UP, latencyMs: 0 });
    await generate(WARM_UP);
    const startedAt = performance.now();
    await generate(jobs);
    return (performance.now() - startedAt) / 1_000;
  } finally {
    controller.abort();
    await cluster.stop();
    await provider.close();
  }
}
