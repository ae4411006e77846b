import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageJob } from '@darkroom/contracts';
import { startSimulator } from '@darkroom/minimax-simulator';
import { createImageClient } from '@darkroom/sdk';
import { signToken } from '../../apps/api/src/http/sign-token.ts';
import { readBooks } from '../chaos/books.ts';
import { checkSettled } from '../chaos/check-books.ts';
import { JWT_SECRET } from '../harness/api-environment.ts';
import type { Attempt } from '../harness/attempts.ts';
import { order } from '../harness/order.ts';
import { readGauges } from './gauges.ts';
import { startService } from './service.ts';

interface Options {
  /** Jobs of the one user, all of which wait when the others come. */
  greedyJobs: number;
  /** The others, with one job each. */
  users: number;
}

export interface FairnessReport {
  /** How long the jobs of the others waited, from their order to their call: as other calls, and as seconds. */
  waits: { calls: Spread; seconds: Spread };
  /** Every promise that was broken; none is the only good answer. */
  breaches: string[];
}

interface Spread {
  median: number;
  longest: number;
}

const CONCURRENCY = 4;
const CALL_MS = 20;
const ORDERS_AT_ONCE = 50;
const LOOK_AGAIN_MS = 200;
const GREEDY = '1';

/** One user has filled the queue when many with one job each come: they do not wait for the one, who is served as well. */
export async function runFairness({ greedyJobs, users }: Options): Promise<FairnessReport> {
  const simulator = await startSimulator({ pictures: 'plain', latencyMs: CALL_MS });
  simulator.script({ hold: true });
  const service = await startService(simulator, {
    GENERATION_CONCURRENCY: CONCURRENCY,
    QUEUE_LIMIT: greedyJobs + users,
    QUEUE_TTL_MS: 2_000_000_000, // by the calls that are held here, the wait is estimated in days
    USER_ACTIVE_LIMIT: greedyJobs,
    RATE_LIMIT_PER_MINUTE: 0,
  });
  const clientOf = (userId: string) =>
    createImageClient({ baseUrl: service.url, token: signToken(JWT_SECRET, { user_id: userId }) });

  async function fillQueue(): Promise<void> {
    const greedy = clientOf(GREEDY);
    const prompts = Array.from({ length: greedyJobs }, (_, number) => `one of many, ${number}.`).values();
    // Whoever is free takes the next prompt from the one iterator.
    const orderOn = async () => {
      for (const prompt of prompts) await greedy.create(small(prompt));
    };
    await Promise.all(Array.from({ length: ORDERS_AT_ONCE }, orderOn));
  }

  function comeWithOne(): Promise<ImageJob[]> {
    const single = Array.from({ length: users }, (_, number) => `the only one of ${number}.`);
    return Promise.all(single.map((prompt, number) => clientOf(String(number + 2)).generate(small(prompt))));
  }

  try {
    await fillQueue();
    simulator.release();
    const single = await comeWithOne();
    while ((await readGauges(service.url)).waiting > 0) await sleep(LOOK_AGAIN_MS);
    await service.stop(); // with what is still being saved
    const books = readBooks(service.dataDir);
    const prompts = simulator.calls().map((call) => call.prompt);
    const waits = measureWaits(single, books.attempts, prompts);
    const breaches = waits.filter(isUnfair).map(({ prompt, calls }) => `${prompt}: waited for ${calls} calls`);
    if (prompts.length !== greedyJobs + users) breaches.push(`${prompts.length} calls were made`);
    if (new Set(prompts).size !== prompts.length) breaches.push('an order was called twice');
    const uncompleted = books.jobs.filter((job) => job.status !== 'COMPLETED');
    breaches.push(...uncompleted.map((job) => `${job.prompt}: ${job.status}`), ...service.faults());
    breaches.push(...checkSettled({ books, entries: [] }));
    return {
      waits: { calls: spread(waits.map((wait) => wait.calls)), seconds: spread(waits.map((wait) => wait.seconds)) },
      breaches,
    };
  } finally {
    await service.remove();
    await simulator.close();
  }
}

const small = (prompt: string) => order(prompt, { width: 512, height: 512 });

interface Wait {
  prompt: string;
  /** 1 for the first of the others who came. */
  rank: number;
  /** Calls that the provider saw between the job's arrival and its own. */
  calls: number;
  seconds: number;
}

/** In the order of arrival; arrivals by the API's clock, the order of calls by the provider's log. */
function measureWaits(jobs: ImageJob[], attempts: Attempt[], prompts: (string | null)[]): Wait[] {
  const startOf = new Map(attempts.map((attempt) => [attempt.job_id, attempt.started_at]));
  const arrivals = jobs.map((job) => ({ ...job, arrivedAt: Date.parse(job.created_at) }));
  return arrivals
    .toSorted((a, b) => a.arrivedAt - b.arrivedAt)
    .map(({ job_id, request: { prompt }, arrivedAt }, index) => ({
      prompt,
      rank: index + 1,
      calls: Math.max(0, prompts.indexOf(prompt) - attempts.filter((call) => call.started_at < arrivedAt).length),
      seconds: ((startOf.get(job_id) ?? Number.POSITIVE_INFINITY) - arrivedAt) / 1_000,
    }));
}

/** Who came before has a turn before, the one has a turn in between, and as many calls as may be open are under way. */
function isUnfair({ rank, calls }: Wait): boolean {
  return calls > 2 * rank + CONCURRENCY;
}

function spread(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, longest: sorted.at(-1) ?? 0 };
}
