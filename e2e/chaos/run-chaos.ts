import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBooks } from './books.ts';
import { type Accounts, checkBooks, checkSettled } from './check-books.ts';
import { createCrowd } from './crowd.ts';
import { createLedger } from './ledger.ts';
import { type PlannedRound, planRounds } from './plan.ts';
import { createService, startProvider } from './services.ts';
import { ageStoredFiles, readFileKeys } from './stored-files.ts';

interface Options {
  rounds: number;
  /** The same seed gives the same orders, faults and instants; what meets at these instants is the machine's. */
  seed: number;
  onRound?: (line: string) => void;
}

export interface ChaosReport {
  counts: { [what: string]: number };
  /** Every promise that was broken; none is the only good answer. */
  breaches: string[];
}

/** For all that still runs after the last kill: longer than any retry that is planned. */
const SETTLE_MS = 60_000;
const LOOK_AGAIN_MS = 100;

const UNREAD = { times: 1, fault: { kind: 'reset', at: 'request' } } as const;

/** Orders, faults and kill -9 for so many rounds; then everything settles, and every account is held against the others. */
export async function runChaos({ rounds, seed, onRound = () => {} }: Options): Promise<ChaosReport> {
  const dir = await mkdtemp(path.join(tmpdir(), 'darkroom-chaos-'));
  const provider = await startProvider(dir);
  const service = await createService(provider.control, dir);
  const patience = new AbortController();
  setMaxListeners(0, patience.signal); // every request of every person
  const ledger = createLedger();
  const crowd = await createCrowd({ url: service.url, ledger, signal: patience.signal });

  async function readAccounts(): Promise<Accounts> {
    const calls = await provider.control.calls();
    return { books: readBooks(dir), calls, entries: ledger.entries, files: await readFileKeys(dir) };
  }

  /** Files that no row names: a file is written before its row. */
  const readStrays = async () => [...(await readFileKeys(dir)).difference(readBooks(dir).files)];
  let strays = 0;

  async function playRound(round: PlannedRound, number: number): Promise<void> {
    const orders = round.orders.map((planned, index) => ({ planned, prompt: `round ${number} order ${index}.` }));
    const scripts = orders.map(({ planned, prompt }) => ({ ...planned.script, prompt }));
    await provider.control.script(...scripts, ...Array<typeof UNREAD>(round.unreadCalls).fill(UNREAD));
    if (round.killStartAfterMs !== null) await service.killStarting(round.killStartAfterMs);
    await service.start(round.responseFormat);
    for (const { planned, prompt } of orders) crowd.place(planned, prompt);
    await sleep(round.killAfterMs);
    await (round.drainForMs === null ? service.kill() : service.killDraining(round.drainForMs));
    ledger.breaches.push(...checkBooks(await readAccounts()));
    strays += (await readStrays()).length;
    await ageStoredFiles(dir); // the next start, and so its sweep, comes hours later
    onRound(`round ${number}: ${ledger.entries.length} orders, ${ledger.breaches.length} broken promises`);
  }

  /** Everybody was told an end, and late calls have theirs; or it takes too long, and what is open then is a breach. */
  async function settle(): Promise<void> {
    const timer = setTimeout(() => patience.abort(new Error('it does not end')), SETTLE_MS);
    await crowd.satisfied();
    while (!patience.signal.aborted && checkSettled({ books: readBooks(dir), entries: [] }).length > 0) {
      await sleep(LOOK_AGAIN_MS);
    }
    clearTimeout(timer);
  }

  try {
    for (const [index, round] of planRounds(rounds, seed).entries()) await playRound(round, index + 1);
    await service.start('url');
    await settle();
    if (!patience.signal.aborted) await crowd.visitAgain();
    await service.stop();
    const accounts = await readAccounts();
    ledger.breaches.push(...checkBooks(accounts), ...checkSettled(accounts), ...service.faults());
    for (const key of await readStrays()) ledger.breaches.push(`${key}: a file that no row names, after the sweep`);
    const counts = { ...countAll(accounts), 'stray files swept': strays, kills: service.kills() };
    return { counts, breaches: [...new Set(ledger.breaches)] };
  } finally {
    patience.abort();
    await service.kill();
    await provider.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

function countAll({ books, calls, entries }: Accounts): ChaosReport['counts'] {
  const jobs = (status: string) => books.jobs.filter((job) => job.status === status).length;
  return {
    orders: entries.length,
    completed: jobs('COMPLETED'),
    failed: jobs('FAILED'),
    deleted: entries.filter((entry) => entry.deletion === 'done').length,
    'provider calls': calls.length,
    'taken by the provider': calls.filter((call) => call.accepted).length,
  };
}
