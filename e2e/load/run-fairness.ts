import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageJob } from '@darkroom/contracts';
import { startSimulator } from '@darkroom/minimax-simulator';
import { createImageClient } from '@darkroom/sdk';
import { readSnapshot } from '@darkroom/test-kit/api/database-snapshot';
import type { Attempt } from '@darkroom/test-kit/api/read-attempts';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { signUserToken } from '@darkroom/test-kit/client/user';
import { checkSettled } from '../chaos/check-evidence.ts';
import { readGauges } from './gauges.ts';
import { startService } from './service.ts';

interface Options {
  /** Jobs of the greedy user, all waiting when the other users arrive. */
  greedyJobs: number;
  /** Other users, with one job each. */
  users: number;
}

export interface FairnessReport {
  /** Wait of the other users' jobs from creation to call, in calls and in seconds. */
  waits: { calls: Spread; seconds: Spread };
  /** Broken guarantees; must be empty. */
  violations: string[];
}

interface Spread {
  median: number;
  longest: number;
}

const CONCURRENCY = 4;
const CALL_MS = 20;
const CREATES_AT_ONCE = 50;
const POLL_INTERVAL_MS = 200;
const GREEDY = '1';

/** One user fills the queue before many users with one job each arrive: they must not wait behind it. */
export async function runFairness({ greedyJobs, users }: Options): Promise<FairnessReport> {
  const simulator = await startSimulator({ images: 'plain', latencyMs: CALL_MS });
  simulator.script({ hold: true });
  const service = await startService(simulator, {
    GENERATION_CONCURRENCY: CONCURRENCY,
    QUEUE_LIMIT: greedyJobs + users,
    QUEUE_TTL_MS: 2_000_000_000, // the held calls make the estimated wait days long
    USER_ACTIVE_LIMIT: greedyJobs,
    RATE_LIMIT_PER_MINUTE: 0,
  });
  const clientOf = (userId: string) =>
    createImageClient({ baseUrl: service.url, token: signUserToken({ user_id: userId }) });

  async function fillQueue(): Promise<void> {
    const greedy = clientOf(GREEDY);
    const prompts = Array.from({ length: greedyJobs }, (_, number) => `one of many, ${number}.`).values();
    // All workers share one iterator.
    const createNext = async () => {
      for (const prompt of prompts) await greedy.create(small(prompt));
    };
    await Promise.all(Array.from({ length: CREATES_AT_ONCE }, createNext));
  }

  function createOneEach(): Promise<ImageJob[]> {
    const single = Array.from({ length: users }, (_, number) => `the only one of ${number}.`);
    return Promise.all(single.map((prompt, number) => clientOf(String(number + 2)).generate(small(prompt))));
  }

  try {
    await fillQueue();
    simulator.release();
    const single = await createOneEach();
    while ((await readGauges(service.url)).waiting > 0) await sleep(POLL_INTERVAL_MS);
    await service.stop(); // finishes the images that are still being saved
    const snapshot = readSnapshot(service.dataDir);
    const prompts = simulator.calls().map((call) => call.prompt);
    const waits = measureWaits(single, snapshot.attempts, prompts);
    const violations = waits.filter(isUnfair).map(({ prompt, calls }) => `${prompt}: waited for ${calls} calls`);
    if (prompts.length !== greedyJobs + users) violations.push(`${prompts.length} calls were made`);
    if (new Set(prompts).size !== prompts.length) violations.push('a job was called twice');
    const uncompleted = snapshot.jobs.filter((job) => job.status !== 'COMPLETED');
    violations.push(...uncompleted.map((job) => `${job.prompt}: ${job.status}`), ...service.loggedErrors());
    violations.push(...checkSettled({ snapshot, entries: [] }));
    return {
      waits: { calls: spread(waits.map((wait) => wait.calls)), seconds: spread(waits.map((wait) => wait.seconds)) },
      violations,
    };
  } finally {
    await service.remove();
    await simulator.close();
  }
}

const small = (prompt: string) => imageRequest(prompt, { width: 512, height: 512 });

interface Wait {
  prompt: string;
  /** 1 for the first of the other users to arrive. */
  rank: number;
  /** Calls that the provider received between the job's arrival and its own call. */
  calls: number;
  seconds: number;
}

/** In order of arrival. Arrival times come from the API, the call order from the provider's log. */
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

/** Allowed before a job: one call of each earlier user, one of the greedy user in between, and the calls in flight. */
function isUnfair({ rank, calls }: Wait): boolean {
  return calls > 2 * rank + CONCURRENCY;
}

function spread(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, longest: sorted.at(-1) ?? 0 };
}
