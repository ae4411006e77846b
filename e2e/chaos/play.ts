import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Accounts, checkBooks, checkSettled } from './check-books.ts';
import { createCrowd } from './crowd.ts';
import { createLedger } from './ledger.ts';
import type { PlannedOrders } from './plan.ts';
import type { Stage } from './stage.ts';

interface Options<Round> {
  rounds: Round[];
  stage: Stage<Round>;
  /** Longer than all that still runs after the last strike. */
  settleMs: number;
  /** Checks of the accounts beside those that every stage has to pass. */
  alsoCheck?: (accounts: Accounts) => string[];
  onRound: (line: string) => void;
}

export interface ChaosReport {
  counts: { [what: string]: number };
  /** Every promise that was broken; none is the only good answer. */
  breaches: string[];
}

const LOOK_AGAIN_MS = 100;
const UNREAD = { times: 1, fault: { kind: 'reset', at: 'request' } } as const;

/** Orders, faults and strikes, round by round; then everything settles, and every account is held against the others. */
export async function play<Round extends PlannedOrders>({
  rounds,
  stage,
  settleMs,
  alsoCheck = () => [],
  onRound,
}: Options<Round>): Promise<ChaosReport> {
  const patience = new AbortController();
  setMaxListeners(0, patience.signal); // every request of every person
  const ledger = createLedger();
  const crowd = await createCrowd({ url: stage.url, ask: stage.ask, ledger, signal: patience.signal });

  async function readAccounts(): Promise<Accounts> {
    const calls = await stage.provider.calls();
    return { books: await stage.readBooks(), calls, entries: ledger.entries, files: await stage.readFileKeys() };
  }

  async function playRound(round: Round, number: number): Promise<void> {
    const orders = round.orders.map((planned, index) => ({ planned, prompt: `round ${number} order ${index}.` }));
    const scripts = orders.map(({ planned, prompt }) => ({ ...planned.script, prompt }));
    await stage.provider.script(...scripts, ...Array<typeof UNREAD>(round.unreadCalls).fill(UNREAD));
    await stage.playRound(round, () => {
      for (const { planned, prompt } of orders) crowd.place(planned, prompt);
    });
    if (stage.isStillBetweenRounds) ledger.breaches.push(...checkBooks(await readAccounts()));
    onRound(`round ${number}: ${ledger.entries.length} orders, ${ledger.breaches.length} broken promises`);
  }

  /** Everybody was told an end, and late calls have theirs; or it takes too long, and what is open then is a breach. */
  async function settle(): Promise<void> {
    const timer = setTimeout(() => patience.abort(new Error('it does not end')), settleMs);
    await crowd.satisfied();
    const isOpen = async () => checkSettled({ books: await stage.readBooks(), entries: [] }).length > 0;
    while (!patience.signal.aborted && (await isOpen())) await sleep(LOOK_AGAIN_MS);
    clearTimeout(timer);
  }

  try {
    for (const [index, round] of rounds.entries()) await playRound(round, index + 1);
    await stage.rise();
    await settle();
    if (!patience.signal.aborted) await crowd.visitAgain();
    await stage.rest();
    const accounts = await readAccounts();
    const { breaches } = ledger;
    breaches.push(...checkBooks(accounts), ...checkSettled(accounts), ...alsoCheck(accounts), ...stage.faults());
    for (const key of accounts.files.difference(accounts.books.files)) {
      breaches.push(`${key}: a file that no row names, after the sweep`);
    }
    return { counts: { ...countAll(accounts), ...stage.counts() }, breaches: [...new Set(breaches)] };
  } finally {
    patience.abort();
    await stage.remove();
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
