import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { isPostgresAway } from '../../apps/api/src/store/postgres-errors.ts';
import { startCluster } from '../harness/cluster.ts';
import { balance } from './balance.ts';
import { readSharedBooks } from './books.ts';
import { checkPace } from './check-pace.ts';
import { APIS, type PlannedClusterRound, planClusterRounds, WORKERS } from './cluster-plan.ts';
import { type ChaosReport, play } from './play.ts';
import type { ChaosOptions } from './run-chaos.ts';
import { CHAOS_SETTINGS, startProvider } from './services.ts';
import type { Stage } from './stage.ts';
import { ageStoredFiles, readFileKeys } from './stored-files.ts';
import { createStriker } from './strike-cluster.ts';

/** Low enough that long runs meet it. */
const RPM = 100;
/** For the verdict on a worker that was killed last, and for what the pace keeps waiting. */
const SETTLE_MS = 180_000;
const LOOK_AGAIN_MS = 50;

/** Two api and four worker processes over PostgreSQL: any of them killed, frozen, drained or cut off, round after round. */
export async function runClusterChaos({ rounds, seed, onRound = () => {} }: ChaosOptions): Promise<ChaosReport> {
  return play({
    rounds: planClusterRounds(rounds, seed),
    stage: await openStage(),
    settleMs: SETTLE_MS,
    alsoCheck: ({ calls }) => checkPace(calls, RPM),
    onRound,
  });
}

async function openStage(): Promise<Stage<PlannedClusterRound>> {
  const dir = await mkdtemp(path.join(tmpdir(), 'darkroom-chaos-'));
  const provider = await startProvider(dir);
  const settings = { ...CHAOS_SETTINGS, MINIMAX_RPM: RPM };
  const cluster = await startCluster({ provider: provider.control, apis: APIS, workers: WORKERS, settings });
  const processes = [...cluster.apis, ...cluster.workers];
  const striker = createStriker(cluster);
  const readBooks = () => readSharedBooks(cluster.ask);
  let strays = 0;

  const readStrays = async () => (await readFileKeys(cluster.dataDir)).difference((await readBooks()).files);

  async function endAll(): Promise<void> {
    const running = processes.filter((service) => service.isRunning());
    const exits = await Promise.all(running.map((service) => service.terminate()));
    if (exits.some((exit) => exit !== 0)) throw new Error(`They ended with ${exits.join(', ')}`);
  }

  return {
    provider: provider.control,
    url: cluster.api(0).url,
    ask: balance(cluster.apis.map((api) => api.url)),
    isStillBetweenRounds: false,
    async playRound({ responseFormat, strikes }, placeOrders) {
      placeOrders();
      await Promise.all(
        strikes.map(async ({ afterMs, strike }) => {
          await sleep(afterMs);
          await striker.strike(strike, { MINIMAX_RESPONSE_FORMAT: responseFormat });
        }),
      );
    },
    async rise() {
      const ended = processes.filter((service) => !service.isRunning());
      if (ended.length > 0) throw new Error(`${ended.length} processes ended by themselves`);
    },
    /** The sweep is that of a worker which starts hours later. */
    async rest() {
      await endAll();
      strays = (await readStrays()).size;
      await ageStoredFiles(cluster.dataDir);
      await cluster.worker(0).start();
      for (let looks = 0; looks < 100 && (await readStrays()).size > 0; looks++) await sleep(LOOK_AGAIN_MS);
      await endAll();
    },
    readBooks,
    readFileKeys: () => readFileKeys(cluster.dataDir),
    counts: () => ({ ...striker.counts(), 'stray files swept': strays }),
    faults: () => processes.flatMap((service) => service.words().filter(isFault)),
    async remove() {
      await cluster.stop();
      await provider.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const Fault = z.object({
  level: z.number().min(50),
  err: z.object({ message: z.string(), code: z.string().optional() }).optional(),
});

/** Errors in the log, and whatever is no line of a log; except what a database that is away explains. */
function isFault(line: string): boolean {
  if (!line.startsWith('{')) return !line.startsWith('DATABASE_URL ');
  const fault = Fault.safeParse(JSON.parse(line)).data;
  if (!fault?.err) return fault !== undefined;
  const { message, code } = fault.err;
  return code !== 'unavailable' && !isPostgresAway(Object.assign(new Error(message), { code }));
}
