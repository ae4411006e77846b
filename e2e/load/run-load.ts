import { setTimeout as sleep } from 'node:timers/promises';
import { type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import * as fc from 'fast-check';
import { readBooks } from '../chaos/books.ts';
import { type Accounts, checkBooks, checkSettled } from '../chaos/check-books.ts';
import { createLedger, type Entry } from '../chaos/ledger.ts';
import { readFileKeys } from '../chaos/stored-files.ts';
import { FACES } from '../harness/send-order.ts';
import { createClient } from './client.ts';
import { type Gauges, readGauges, untilQuiet, watchPeaks } from './gauges.ts';
import { type Service, startService } from './service.ts';
import { createTally } from './tally.ts';

interface Options {
  /** Users, each with one order at a time. */
  clients: number;
  /** Orders of all of them together. */
  jobs: number;
  /** Decides who comes when, and by which face. */
  seed: number;
  /** Milliseconds for idle connections to go before they are counted at the end; the API closes them after 72 s. */
  quietMs?: number;
  onProgress?: (line: string) => void;
}

export interface LoadReport {
  counts: { [what: string]: number };
  /** The API's gauges: before, the highest of each while it worked, and once everybody had left. */
  gauges: { start: Gauges; peak: Gauges; end: Gauges };
  /** Every promise that was broken; none is the only good answer. */
  breaches: string[];
}

const CONCURRENCY = 8;
/** Room for this share of the clients, each of whom has one order at a time. */
const QUEUE_SHARE = 0.8;
/** A run that takes longer than this a job does not end. */
const PATIENCE_MS_PER_JOB = 200;
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 50;
const PROGRESS_EVERY = 1_000;
const ARRIVE_WITHIN_MS = 1_000;

const Visitor = fc.record({
  face: fc.constantFrom(...FACES),
  afterMs: fc.integer({ min: 0, max: ARRIVE_WITHIN_MS }),
});
type Visitor = typeof Visitor extends fc.Arbitrary<infer Planned> ? Planned : never;

/** So many clients order so many jobs, wait in a queue that is too short for all of them, and are all served, once. */
export async function runLoad({
  clients,
  jobs,
  seed,
  quietMs = 0,
  onProgress = () => {},
}: Options): Promise<LoadReport> {
  const simulator = await startSimulator({ pictures: 'plain' });
  simulator.script({ hold: true });
  const queueLimit = Math.floor(clients * QUEUE_SHARE);
  const service = await startService(simulator, {
    GENERATION_CONCURRENCY: CONCURRENCY,
    QUEUE_LIMIT: queueLimit,
    RATE_LIMIT_PER_MINUTE: 0,
  });
  const patience = AbortSignal.timeout(PATIENCE_MS + jobs * PATIENCE_MS_PER_JOB);
  const ledger = createLedger();
  const tally = createTally();
  let ended = 0;

  async function visit(number: number, { face, afterMs }: Visitor): Promise<void> {
    const signal = AbortSignal.any([patience]); // each their own: a signal keeps all who listen to it
    await sleep(afterMs, undefined, { signal });
    const client = createClient({ url: service.url, userId: String(number + 1), face, ledger, tally, signal });
    for (let order = number; order < jobs; order += clients) {
      await client.generate(`order ${order}.`);
      if (++ended % PROGRESS_EVERY === 0) onProgress(`${ended} of ${jobs} jobs have ended`);
    }
  }

  const refusals = () => tally.refusals.get('queue_full') ?? 0;

  /** The provider answers nobody before everybody who finds no room was refused. */
  async function release(): Promise<void> {
    while (refusals() < clients - queueLimit - CONCURRENCY) await sleep(LOOK_AGAIN_MS, undefined, { signal: patience });
    simulator.release();
  }

  try {
    const begunAt = performance.now();
    const start = await readGauges(service.url);
    const peaks = watchPeaks(service.url);
    const visits = fc
      .sample(Visitor, { numRuns: clients, seed, unbiased: true })
      .map((visitor, number) =>
        visit(number, visitor).catch((error: unknown) => void ledger.breaches.push(`client ${number}: ${error}`)),
      );
    await Promise.all([...visits, release().catch((error: unknown) => void ledger.breaches.push(`full: ${error}`))]);
    const seconds = (performance.now() - begunAt) / 1_000;
    const peak = await peaks.stop();
    const end = await untilQuiet(service.url, quietMs);
    if (quietMs > 0 && end.sockets > 1)
      ledger.breaches.push(`${end.sockets} sockets are open after everybody has left`);
    await service.stop();
    const accounts = await readAccounts(service, simulator, ledger.entries);
    ledger.breaches.push(...checkBooks(accounts), ...checkSettled(accounts), ...tally.breaches, ...service.faults());
    return {
      counts: {
        clients,
        jobs: ledger.entries.length,
        completed: accounts.books.jobs.filter((job) => job.status === 'COMPLETED').length,
        'provider calls': accounts.calls.length,
        requests: tally.requests,
        'refused as queue_full': refusals(),
        'longest Retry-After in seconds': tally.longestRetryAfterS,
        seconds: Math.round(seconds * 10) / 10,
      },
      gauges: { start, peak, end },
      breaches: [...new Set(ledger.breaches)],
    };
  } finally {
    await service.remove();
    await simulator.close();
  }
}

/** Of an API that has ended. */
async function readAccounts({ dataDir }: Service, simulator: Simulator, entries: Entry[]): Promise<Accounts> {
  return { books: readBooks(dataDir), calls: simulator.calls(), entries, files: await readFileKeys(dataDir) };
}
