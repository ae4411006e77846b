/**
 * `node e2e/cluster/queue-cost.ts [--seconds 60] [--slots 250] [--jobs 100]` measures what the queue costs on
 * PostgreSQL with two workers: statements per second while nothing is to do, and the time from the commit of a job to
 * its reservation by another process.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startSimulator } from '@darkroom/minimax-simulator';
import { startCluster } from '@darkroom/test-kit/api/cluster';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { createUser } from '@darkroom/test-kit/client/user';
import { startPostgresServer } from '@darkroom/test-kit/infrastructure/postgres-server';
import * as z from 'zod';
import { startStatementCounter } from './count-statements.ts';

const Settings = z.object({
  seconds: z.coerce.number<string>().int().min(1).default(60),
  slots: z.coerce.number<string>().int().min(1).default(250),
  jobs: z.coerce.number<string>().int().min(1).default(100),
  apis: z.coerce.number<string>().int().min(1).default(1),
});
const SETTLED_AFTER_MS = 20_000;

const option = { type: 'string' } as const;
const { values } = parseArgs({ options: { seconds: option, slots: option, jobs: option, apis: option } });
const { seconds, slots, jobs, apis } = Settings.parse(values);

const postgres = await startPostgresServer();
const counter = await startStatementCounter(postgres.url);
process.env.TEST_DATABASE_URL = counter.url;
const provider = await startSimulator({ images: 'plain' });
const settings = { GENERATION_CONCURRENCY: slots, RATE_LIMIT_PER_MINUTE: 0, USER_ACTIVE_LIMIT: 1_000 };
const cluster = await startCluster({ provider, apis, workers: 2, settings });
const controller = new AbortController();
try {
  await sleep(SETTLED_AFTER_MS);
  counter.reset();
  await sleep(seconds * 1_000);
  const counted = [...counter.counts()].toSorted(([, a], [, b]) => b - a);
  const all = counted.reduce((sum, [, times]) => sum + times, 0);
  for (const [text, times] of counted) console.log(`${(times / seconds).toFixed(2).padStart(8)}  ${text}`);
  console.log(`idle, ${apis} API and 2 workers with ${slots} slots: ${(all / seconds).toFixed(1)} statements a second`);

  const { sdk } = createUser(cluster.api(0).url, '1', controller.signal);
  await sdk.generate(imageRequest('first'));
  counter.reset();
  for (let number = 0; number < jobs; number++) await sdk.generate(imageRequest(`job ${number}`));
  const perJob = [...counter.counts().values()].reduce((sum, times) => sum + times, 0) / jobs;
  const [row] = await cluster.ask(
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a.started_at - j.created_at) AS p50,
            percentile_cont(0.99) WITHIN GROUP (ORDER BY a.started_at - j.created_at) AS p99
       FROM attempts a JOIN jobs j USING (job_id)`,
  );
  console.log(
    `from create to reservation: p50 ${row?.p50} ms, p99 ${row?.p99} ms; ${perJob.toFixed(0)} statements a job`,
  );
} finally {
  controller.abort();
  await cluster.stop();
  await counter.close();
  await provider.close();
  await postgres.close();
}
