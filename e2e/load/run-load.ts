import { setTimeout as sleep } from 'node:timers/promises';
import { type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { readSnapshot } from '@darkroom/test-kit/api/database-snapshot';
import { readFileKeys } from '@darkroom/test-kit/api/stored-files';
import { SURFACES } from '@darkroom/test-kit/client/send-create';
import * as fc from 'fast-check';
import { checkEvidence, checkSettled, type Evidence } from '../chaos/check-evidence.ts';
import { createObservations, type Observation } from '../chaos/client-observations.ts';
import { createResponseCounter } from './count-responses.ts';
import { type Gauges, readGauges, untilIdle, watchPeaks } from './gauges.ts';
import { createLoadClient } from './load-client.ts';
import { type Service, startService } from './service.ts';

interface Options {
  /** Users, each with one job at a time. */
  clients: number;
  /** Jobs of all users together. */
  jobs: number;
  /** Decides each user's arrival time and API surface. */
  seed: number;
  /** Milliseconds for idle connections to go before they are counted at the end; the API closes them after 72 s. */
  idleMs?: number;
  onProgress?: (line: string) => void;
}

export interface LoadReport {
  counts: { [what: string]: number };
  /** The API's gauges before the run, at their maximum and after the last client left. */
  gauges: { start: Gauges; peak: Gauges; end: Gauges };
  /** Broken guarantees; must be empty. */
  violations: string[];
}

const CONCURRENCY = 8;
/** The queue holds this share of the clients, each with one job at a time. */
const QUEUE_SHARE = 0.8;
/** Upper bound of a run, per job. */
const TIMEOUT_MS_PER_JOB = 200;
const TIMEOUT_BASE_MS = 60_000;
const POLL_INTERVAL_MS = 50;
const PROGRESS_EVERY = 1_000;
const ARRIVE_WITHIN_MS = 1_000;

const PlannedClient = fc.record({
  surface: fc.constantFrom(...SURFACES),
  afterMs: fc.integer({ min: 0, max: ARRIVE_WITHIN_MS }),
});
type PlannedClient = typeof PlannedClient extends fc.Arbitrary<infer Planned> ? Planned : never;

/** Clients create jobs against a queue too short for all of them; every job completes with exactly one call. */
export async function runLoad({
  clients,
  jobs,
  seed,
  idleMs = 0,
  onProgress = () => {},
}: Options): Promise<LoadReport> {
  const simulator = await startSimulator({ images: 'plain' });
  simulator.script({ hold: true });
  const queueLimit = Math.floor(clients * QUEUE_SHARE);
  const service = await startService(simulator, {
    GENERATION_CONCURRENCY: CONCURRENCY,
    QUEUE_LIMIT: queueLimit,
    RATE_LIMIT_PER_MINUTE: 0,
  });
  const deadline = AbortSignal.timeout(TIMEOUT_BASE_MS + jobs * TIMEOUT_MS_PER_JOB);
  const observations = createObservations();
  const responses = createResponseCounter();
  let ended = 0;

  async function runClient(number: number, { surface, afterMs }: PlannedClient): Promise<void> {
    const signal = AbortSignal.any([deadline]); // one per client: a signal keeps its listeners
    await sleep(afterMs, undefined, { signal });
    const client = createLoadClient({
      url: service.url,
      userId: String(number + 1),
      surface,
      observations,
      responses,
      signal,
    });
    for (let index = number; index < jobs; index += clients) {
      await client.generate(`job ${index}.`);
      if (++ended % PROGRESS_EVERY === 0) onProgress(`${ended} of ${jobs} jobs have ended`);
    }
  }

  const refusals = () => responses.refusals.get('queue_full') ?? 0;

  /** The provider holds all calls until every surplus client was refused. */
  async function release(): Promise<void> {
    while (refusals() < clients - queueLimit - CONCURRENCY)
      await sleep(POLL_INTERVAL_MS, undefined, { signal: deadline });
    simulator.release();
  }

  try {
    const startedAt = performance.now();
    const start = await readGauges(service.url);
    const peaks = watchPeaks(service.url);
    const clientRuns = fc
      .sample(PlannedClient, { numRuns: clients, seed, unbiased: true })
      .map((planned, number) =>
        runClient(number, planned).catch(
          (error: unknown) => void observations.violations.push(`client ${number}: ${error}`),
        ),
      );
    await Promise.all([
      ...clientRuns,
      release().catch((error: unknown) => void observations.violations.push(`full: ${error}`)),
    ]);
    const seconds = (performance.now() - startedAt) / 1_000;
    const peak = await peaks.stop();
    const end = await untilIdle(service.url, idleMs);
    if (idleMs > 0 && end.sockets > 1)
      observations.violations.push(`${end.sockets} sockets are open after the last client left`);
    await service.stop();
    const evidence = await readEvidence(service, simulator, observations.entries);
    observations.violations.push(
      ...checkEvidence(evidence),
      ...checkSettled(evidence),
      ...responses.violations,
      ...service.loggedErrors(),
    );
    return {
      counts: {
        clients,
        jobs: observations.entries.length,
        completed: evidence.snapshot.jobs.filter((job) => job.status === 'COMPLETED').length,
        'provider calls': evidence.calls.length,
        requests: responses.requests,
        'refused as queue_full': refusals(),
        'longest Retry-After in seconds': responses.longestRetryAfterS,
        seconds: Math.round(seconds * 10) / 10,
      },
      gauges: { start, peak, end },
      violations: [...new Set(observations.violations)],
    };
  } finally {
    await service.remove();
    await simulator.close();
  }
}

/** Reads the records of a stopped API. */
async function readEvidence({ dataDir }: Service, simulator: Simulator, entries: Observation[]): Promise<Evidence> {
  return { snapshot: readSnapshot(dataDir), calls: simulator.calls(), entries, files: await readFileKeys(dataDir) };
}
