import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkArrivals } from './check-arrivals.ts';
import { checkEvidence, checkSettled, type Evidence } from './check-evidence.ts';
import { createObservations } from './client-observations.ts';
import type { PlannedRequests } from './plan.ts';
import type { TestEnvironment } from './test-environment.ts';
import { createUserPool } from './user-pool.ts';

interface Options<Round> {
  rounds: Round[];
  environment: TestEnvironment<Round>;
  /** Longer than all that still runs after the last fault. */
  settleMs: number;
  /** Additional checks for this environment. */
  alsoCheck?: (evidence: Evidence) => string[];
  onRound: (line: string) => void;
}

export interface ChaosReport {
  counts: { [what: string]: number };
  /** Broken guarantees; must be empty. */
  violations: string[];
}

const POLL_INTERVAL_MS = 100;
const UNREAD = { times: 1, fault: { kind: 'reset', at: 'request' } } as const;

/** Requests and faults, round by round; then everything settles, and the records are checked against each other. */
export async function runRounds<Round extends PlannedRequests>({
  rounds,
  environment,
  settleMs,
  alsoCheck = () => [],
  onRound,
}: Options<Round>): Promise<ChaosReport> {
  const deadline = new AbortController();
  setMaxListeners(0, deadline.signal); // every request of every user
  const observations = createObservations();
  const users = await createUserPool({
    url: environment.url,
    ask: environment.ask,
    observations,
    signal: deadline.signal,
  });

  async function readEvidence(): Promise<Evidence> {
    const calls = await environment.provider.calls();
    return {
      snapshot: await environment.readSnapshot(),
      calls,
      entries: observations.entries,
      files: await environment.readFileKeys(),
    };
  }

  async function runRound(round: Round, number: number): Promise<void> {
    const requests = round.requests.map((planned, index) => ({ planned, prompt: `round ${number} request ${index}.` }));
    const scripts = requests.map(({ planned, prompt }) => ({ ...planned.script, prompt }));
    await environment.provider.script(...scripts, ...Array<typeof UNREAD>(round.unreadCalls).fill(UNREAD));
    await environment.runRound(round, () => {
      for (const { planned, prompt } of requests) users.send(planned, prompt);
    });
    await environment.provider.release();
    if (environment.isStoppedBetweenRounds) observations.violations.push(...checkEvidence(await readEvidence()));
    onRound(`round ${number}: ${observations.entries.length} requests, ${observations.violations.length} violations`);
  }

  /** Waits until every job and every late call has ended; what is still open at the deadline becomes a violation. */
  async function settle(): Promise<void> {
    const timer = setTimeout(() => deadline.abort(new Error('the run did not settle in time')), settleMs);
    await users.allFinished();
    const isOpen = async () => checkSettled({ snapshot: await environment.readSnapshot(), entries: [] }).length > 0;
    while (!deadline.signal.aborted && (await isOpen())) await sleep(POLL_INTERVAL_MS);
    clearTimeout(timer);
  }

  try {
    for (const [index, round] of rounds.entries()) await runRound(round, index + 1);
    await environment.provider.release();
    await environment.startAll();
    await settle();
    if (!deadline.signal.aborted) await users.verifyAll();
    await environment.stopAll();
    const evidence = await readEvidence();
    const arrivals = checkArrivals({ ...evidence, standstills: environment.standstills() });
    const { violations } = observations;
    violations.push(
      ...arrivals.violations,
      ...checkEvidence(evidence),
      ...checkSettled(evidence),
      ...alsoCheck(evidence),
      ...environment.loggedErrors(),
    );
    for (const key of evidence.files.difference(evidence.snapshot.files)) {
      violations.push(`${key}: orphaned file after the sweep`);
    }
    const counts = {
      ...countAll(evidence),
      'streams cut': arrivals.cutStreams,
      'images that had arrived in them': arrivals.arrivedInCutStreams,
      ...environment.counts(),
    };
    return { counts, violations: [...new Set(violations)] };
  } finally {
    deadline.abort();
    await environment.remove();
  }
}

function countAll({ snapshot, calls, entries }: Evidence): ChaosReport['counts'] {
  const jobs = (status: string) => snapshot.jobs.filter((job) => job.status === status).length;
  return {
    requests: entries.length,
    completed: jobs('COMPLETED'),
    failed: jobs('FAILED'),
    deleted: entries.filter((entry) => entry.deletion === 'done').length,
    'provider calls': calls.length,
    'of them H3': calls.filter((call) => call.h3).length,
    'images sent one by one': calls.reduce((sum, call) => sum + (call.h3?.sent.length ?? 0), 0),
    'accepted by the provider': calls.filter((call) => call.accepted).length,
  };
}
