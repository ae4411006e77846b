import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSnapshot } from '@darkroom/test-kit/api/database-snapshot';
import { ageStoredFiles, readFileKeys } from '@darkroom/test-kit/api/stored-files';
import { type PlannedRound, planRounds } from './plan.ts';
import { type ChaosReport, runRounds } from './run-rounds.ts';
import { createService, startProvider } from './services.ts';
import type { TestEnvironment } from './test-environment.ts';

export interface ChaosOptions {
  rounds: number;
  /** The same seed gives the same requests, faults and times; scheduling on the machine still varies. */
  seed: number;
  onRound?: (line: string) => void;
}

/** Longer than any retry that is still scheduled after the last kill, and all work that waits, on a busy machine. */
const SETTLE_MS = 300_000;
/** Most rounds have a stream within a second or two. */
const STREAM_WITHIN_MS = 6_000;
const POLL_INTERVAL_MS = 200;

/** One API on SQLite, killed and restarted each round. */
export async function runChaos({ rounds, seed, onRound = () => {} }: ChaosOptions): Promise<ChaosReport> {
  return runRounds({
    rounds: planRounds(rounds, seed),
    environment: await openEnvironment(),
    settleMs: SETTLE_MS,
    onRound,
  });
}

async function openEnvironment(): Promise<TestEnvironment<PlannedRound>> {
  const dir = await mkdtemp(path.join(tmpdir(), 'darkroom-chaos-'));
  const provider = await startProvider(dir);
  const service = await createService(provider.control, dir);
  /** Files without a row; possible because a file is written before its row. */
  const readOrphans = async () => [...(await readFileKeys(dir)).difference(readSnapshot(dir).files)];
  let orphans = 0;

  /** Resolves when an image of a stream was sent that is still open, or after a while without one. */
  async function awaitStream(): Promise<void> {
    for (const deadline = Date.now() + STREAM_WITHIN_MS; Date.now() < deadline; await sleep(POLL_INTERVAL_MS)) {
      const calls = await provider.control.calls();
      if (calls.some((call) => call.closedAt === null && call.h3 && call.h3.sent.length > 0)) return;
    }
  }

  return {
    provider: provider.control,
    url: service.url,
    ask: fetch,
    isStoppedBetweenRounds: true,
    async runRound(round, sendRequests) {
      if (round.killStartAfterMs !== null) await service.killStarting(round.killStartAfterMs);
      await service.start(round.responseFormat);
      sendRequests();
      if (round.killInStream) await awaitStream();
      await sleep(round.killAfterMs);
      await (round.drainForMs === null ? service.kill() : service.killDraining(round.drainForMs));
      orphans += (await readOrphans()).length;
      await ageStoredFiles(dir); // makes the sweep at the next start treat them as hours old
    },
    startAll: () => service.start('url'),
    stopAll: service.stop,
    readSnapshot: async () => readSnapshot(dir),
    readFileKeys: () => readFileKeys(dir),
    standstills: () => [], // the one process is only killed
    counts: () => ({ 'orphaned files swept': orphans, kills: service.kills() }),
    loggedErrors: service.loggedErrors,
    async remove() {
      await service.kill();
      await provider.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
