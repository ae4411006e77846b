import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from '@darkroom/test-kit/api/cluster';
import { readPostgresSnapshot } from '@darkroom/test-kit/api/database-snapshot';
import { SHORT_LEASE } from '@darkroom/test-kit/api/short-lease';
import { ageStoredFiles, readFileKeys } from '@darkroom/test-kit/api/stored-files';
import { isPostgresUnavailable } from '@darkroom/test-kit/infrastructure/postgres-errors';
import * as z from 'zod';
import { checkRateLimit } from './check-rate-limit.ts';
import { APIS, type PlannedClusterRound, planClusterRounds, WORKERS } from './cluster-plan.ts';
import { createFaultInjector } from './inject-cluster-fault.ts';
import { roundRobinFetch } from './round-robin-fetch.ts';
import type { ChaosOptions } from './run-chaos.ts';
import { type ChaosReport, runRounds } from './run-rounds.ts';
import { CHAOS_SETTINGS, startProvider } from './services.ts';
import type { TestEnvironment } from './test-environment.ts';

/** Of each family. Low enough that long runs reach it. */
const RPM = 100;
/** Covers the lease of the worker killed last and the jobs that the rate limit delays. */
const SETTLE_MS = 180_000;
const POLL_INTERVAL_MS = 50;

/** Two API and four worker processes on PostgreSQL; each round kills, freezes, drains or disconnects some of them. */
export async function runClusterChaos({ rounds, seed, onRound = () => {} }: ChaosOptions): Promise<ChaosReport> {
  return runRounds({
    rounds: planClusterRounds(rounds, seed),
    environment: await openEnvironment(),
    settleMs: SETTLE_MS,
    alsoCheck: ({ calls }) => {
      const families = Map.groupBy(calls, ({ endpoint }) => endpoint === '/v1/image_generation');
      return [...families.values()].flatMap((ofFamily) => checkRateLimit(ofFamily, RPM));
    },
    onRound,
  });
}

async function openEnvironment(): Promise<TestEnvironment<PlannedClusterRound>> {
  const dir = await mkdtemp(path.join(tmpdir(), 'darkroom-chaos-'));
  const provider = await startProvider(dir);
  const cluster = await startCluster({
    provider: provider.control,
    apis: APIS,
    workers: WORKERS,
    settings: { ...CHAOS_SETTINGS, ...SHORT_LEASE, MINIMAX_RPM: RPM, MINIMAX_H3_RPM: RPM },
    ownPostgres: true,
  });
  const processes = [...cluster.apis, ...cluster.workers];
  const injector = createFaultInjector(cluster);
  const readSnapshot = () => readPostgresSnapshot(cluster.ask);
  let orphans = 0;

  const readOrphans = async () => (await readFileKeys(cluster.dataDir)).difference((await readSnapshot()).files);

  async function endAll(): Promise<void> {
    const running = processes.filter((service) => service.isRunning());
    const exits = await Promise.all(running.map((service) => service.terminate()));
    if (exits.some((exit) => exit !== 0)) throw new Error(`Processes exited with ${exits.join(', ')}`);
  }

  return {
    provider: provider.control,
    url: cluster.api(0).url,
    ask: roundRobinFetch(cluster.apis.map((api) => api.url)),
    isStoppedBetweenRounds: false,
    async runRound({ responseFormat, faults }, sendRequests) {
      sendRequests();
      await Promise.all(
        faults.map(async ({ afterMs, fault }) => {
          await sleep(afterMs);
          await injector.inject(fault, { MINIMAX_RESPONSE_FORMAT: responseFormat });
        }),
      );
    },
    async startAll() {
      const ended = processes.filter((service) => !service.isRunning());
      if (ended.length > 0) throw new Error(`${ended.length} processes exited unexpectedly`);
    },
    /** The sweep runs in a worker that is restarted once the files look hours old. */
    async stopAll() {
      await endAll();
      orphans = (await readOrphans()).size;
      await ageStoredFiles(cluster.dataDir);
      await cluster.worker(0).start();
      for (let polls = 0; polls < 100 && (await readOrphans()).size > 0; polls++) await sleep(POLL_INTERVAL_MS);
      await endAll();
    },
    readSnapshot,
    readFileKeys: () => readFileKeys(cluster.dataDir),
    standstills: () =>
      injector
        .standstills()
        .map(({ at, of }) => ({ at, jobIds: of === 'database' ? null : calledJobs(of.outputLines()) })),
    counts: () => ({ ...injector.counts(), 'orphaned files swept': orphans }),
    loggedErrors: () => processes.flatMap((service) => service.outputLines().filter(isErrorLine)),
    async remove() {
      await cluster.stop();
      await provider.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const CallStart = z.object({ msg: z.literal('provider call starts'), job_id: z.string() });

/** The jobs for which a process has made a call, as it logged. */
function calledJobs(lines: string[]): Set<string> {
  const records = lines
    .filter((line) => line.startsWith('{'))
    .map((line) => CallStart.safeParse(JSON.parse(line)).data);
  return new Set(records.flatMap((record) => record?.job_id ?? []));
}

const Fault = z.object({
  level: z.number().min(50),
  err: z.object({ message: z.string(), code: z.string().optional() }).optional(),
});

/** Error log lines and non-JSON output, except errors that a stopped database explains. */
function isErrorLine(line: string): boolean {
  if (!line.startsWith('{')) return !line.startsWith('DATABASE_URL ');
  const fault = Fault.safeParse(JSON.parse(line)).data;
  if (!fault?.err) return fault !== undefined;
  const { message, code } = fault.err;
  return code !== 'unavailable' && !isPostgresUnavailable(Object.assign(new Error(message), { code }));
}
