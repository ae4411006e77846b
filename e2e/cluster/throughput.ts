/**
 * `node e2e/cluster/throughput.ts [--jobs 80] [--call-ms 2000]` measures the jobs per minute of one worker and of two
 * on PostgreSQL, limited only by the provider's duration and the workers' slots.
 */
import { parseArgs } from 'node:util';
import { startSimulator } from '@darkroom/minimax-simulator';
import { startCluster } from '@darkroom/test-kit/api/cluster';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { createUser } from '@darkroom/test-kit/client/user';
import * as z from 'zod';

const Settings = z.object({
  jobs: z.coerce.number<string>().int().min(1).default(80),
  'call-ms': z.coerce.number<string>().int().min(1).default(2_000),
});
const USERS = 4;

const { values } = parseArgs({ options: { jobs: { type: 'string' }, 'call-ms': { type: 'string' } } });
const { jobs, 'call-ms': latencyMs } = Settings.parse(values);

async function measure(workers: number): Promise<number> {
  const provider = await startSimulator({ images: 'plain', latencyMs });
  const settings = { RATE_LIMIT_PER_MINUTE: 0, USER_ACTIVE_LIMIT: 1_000 };
  const cluster = await startCluster({ provider, apis: 1, workers, settings });
  const controller = new AbortController();
  const users = Array.from({ length: USERS }, (_, index) =>
    createUser(cluster.api(0).url, String(index + 1), controller.signal),
  );
  try {
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: jobs }, (_, number) => users[number % USERS]?.sdk.generate(imageRequest(`job ${number}`))),
    );
    const perMinute = (jobs / (performance.now() - startedAt)) * 60_000;
    const most = provider.maxConcurrent();
    console.log(`${workers} workers: ${perMinute.toFixed(1)} jobs a minute, at most ${most} calls at once`);
    return perMinute;
  } finally {
    controller.abort();
    await cluster.stop();
    await provider.close();
  }
}

const one = await measure(1);
const two = await measure(2);
console.log(`two against one: ${(two / one).toFixed(2)}`);
