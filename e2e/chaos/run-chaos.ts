import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBooks } from './books.ts';
import { type PlannedRound, planRounds } from './plan.ts';
import { type ChaosReport, play } from './play.ts';
import { createService, startProvider } from './services.ts';
import type { Stage } from './stage.ts';
import { ageStoredFiles, readFileKeys } from './stored-files.ts';

export interface ChaosOptions {
  rounds: number;
  /** The same seed gives the same orders, faults and instants; what meets at these instants is the machine's. */
  seed: number;
  onRound?: (line: string) => void;
}

/** For all that still runs after the last kill: longer than any retry that is planned. */
const SETTLE_MS = 60_000;

/** One API over SQLite, killed and started again, round after round. */
export async function runChaos({ rounds, seed, onRound = () => {} }: ChaosOptions): Promise<ChaosReport> {
  return play({ rounds: planRounds(rounds, seed), stage: await openStage(), settleMs: SETTLE_MS, onRound });
}

async function openStage(): Promise<Stage<PlannedRound>> {
  const dir = await mkdtemp(path.join(tmpdir(), 'darkroom-chaos-'));
  const provider = await startProvider(dir);
  const service = await createService(provider.control, dir);
  /** Files that no row names: a file is written before its row. */
  const readStrays = async () => [...(await readFileKeys(dir)).difference(readBooks(dir).files)];
  let strays = 0;

  return {
    provider: provider.control,
    url: service.url,
    ask: fetch,
    isStillBetweenRounds: true,
    async playRound(round, placeOrders) {
      if (round.killStartAfterMs !== null) await service.killStarting(round.killStartAfterMs);
      await service.start(round.responseFormat);
      placeOrders();
      await sleep(round.killAfterMs);
      await (round.drainForMs === null ? service.kill() : service.killDraining(round.drainForMs));
      strays += (await readStrays()).length;
      await ageStoredFiles(dir); // the next start, and so its sweep, comes hours later
    },
    rise: () => service.start('url'),
    rest: service.stop,
    readBooks: async () => readBooks(dir),
    readFileKeys: () => readFileKeys(dir),
    counts: () => ({ 'stray files swept': strays, kills: service.kills() }),
    faults: service.faults,
    async remove() {
      await service.kill();
      await provider.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
