import { readFileSync } from 'node:fs';
import { HELD_POLLS_PER_USER } from '@darkroom/contracts/limits';
import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { type Simulator, startSimulator } from '@darkroom/minimax-simulator';
import { signUserToken } from '@darkroom/test-kit/client/user';
import { residentBytes } from '@darkroom/test-kit/process/memory';
import { megabytes, milliseconds, seconds } from '../measure/format.ts';
import { type HeldPolls, holdPolls, type OwnedJob } from '../measure/hold-polls.ts';
import { createOwnedJobs, toCompleted, toProcessing, USER, usersOf } from '../measure/job-states.ts';
import { type ServerProcess, startApi } from '../measure/processes.ts';
import { openConnections } from '../measure/send-requests.ts';
import { percentile } from '../measure/statistics.ts';
import { statusUrl } from '../measure/status-requests.ts';
import { met, notRun } from '../measure/verdict.ts';
import type { Figure, Row } from '../row.ts';

const GOAL_BYTES = 350e6;
const GOAL_SECONDS = 1;
const GOAL_FACTOR = 2;
const OTHER_CALLS = 400;
const CANCELS_AT_ONCE = 64;
/** Files that a process needs beside the connections of the polls. */
const OTHER_FILES = 500;
/** Longest time that a process may take to answer everything before the row gives up. */
const GIVE_UP_MS = 150_000;
/** Long enough to create the jobs and to open their polls. */
const EXPIRE_AFTER_MS = 100_000;
/** As many as an estimate is based on. */
const SHORT_CALLS = 20;

export const heldPolls: Row = {
  id: 'P7',
  measure: 'long polls held at once (10,000): memory, answers on change, cancel and SIGTERM, other calls',
  against: 'the same API without polls',
  goal: 'under 350 MB; all answered within 1 s, SIGTERM included; p99 of other calls within 2 times',
  async run({ polls, quick, log }) {
    const files = Number(/^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
    if (files < polls + OTHER_FILES) {
      const why = `${files} files may be open at once (ulimit -n)`;
      return [{ what: `${polls} polls`, measured: '-', verdict: notRun(why), numbers: {} }];
    }
    const simulator = await startSimulator({ images: 'plain' });
    const users = Math.ceil(polls / HELD_POLLS_PER_USER);
    const api = await startApi({ provider: simulator, settings: { GENERATION_CONCURRENCY: Math.min(users, 1_000) } });
    try {
      const figures = await measure({ api, simulator, tokens: usersOf(users), log });
      return quick ? figures : [...figures, await timeExpiry(simulator, usersOf(users))];
    } finally {
      await api.stop();
      await simulator.close();
    }
  },
};

interface Parts {
  api: ServerProcess;
  simulator: Simulator;
  tokens: string[];
  log(line: string): void;
}

async function measure({ api, simulator, tokens, log }: Parts): Promise<Figure[]> {
  const otherJob = await toCompleted({ url: api.url, simulator });
  const alone = await timeOtherCalls(api, otherJob);
  const emptyBytes = residentBytes(api.pid) ?? 0;

  const hold = async (): Promise<{ polls: HeldPolls; jobs: OwnedJob[] }> => {
    simulator.script({ hold: true });
    const startedAt = performance.now();
    const jobs = await createOwnedJobs(api.url, tokens);
    const polls = await holdPolls(api.url, jobs, HELD_POLLS_PER_USER);
    log(`${polls.open()} polls are held after ${seconds((performance.now() - startedAt) / 1_000)}`);
    return { polls, jobs };
  };

  const changed = await hold();
  const besidePolls = await timeOtherCalls(api, otherJob);
  const bytes = residentBytes(api.pid) ?? 0;
  const count = changed.polls.open();
  const afterChange = await timeAnswers(changed.polls, async () => simulator.reset());
  log(`change: ${afterChange.measured}`);

  const canceled = await hold();
  const afterCancel = await timeAnswers(canceled.polls, () => cancelAll(api.url, canceled.jobs));
  log(`cancel: ${afterCancel.measured}`);
  simulator.reset();

  const stopped = await hold();
  const afterSigterm = await timeSigterm(api, stopped.polls);
  simulator.reset();

  return [
    {
      what: `memory with ${count.toLocaleString('en')} polls`,
      measured: `${megabytes(bytes)}, ${megabytes(emptyBytes)} before`,
      verdict: met(bytes < GOAL_BYTES),
      numbers: { bytes, emptyBytes, polls: count },
    },
    { what: 'all jobs complete at once', ...afterChange },
    { what: 'all jobs are canceled at once', ...afterCancel },
    { what: 'SIGTERM', ...afterSigterm },
    {
      what: 'p99 of status calls of others',
      measured: `${milliseconds(besidePolls)} against ${milliseconds(alone)} without polls`,
      verdict: met(besidePolls <= GOAL_FACTOR * alone),
      numbers: { besidePollsSeconds: besidePolls, aloneSeconds: alone },
    },
  ];
}

/** Jobs that wait longer than the queue allows end by themselves, and their polls with them. */
async function timeExpiry(simulator: Simulator, tokens: string[]): Promise<Figure> {
  const settings = { GENERATION_CONCURRENCY: 1, QUEUE_TTL_MS: EXPIRE_AFTER_MS };
  const api = await startApi({ provider: simulator, settings });
  try {
    // Short calls, or the estimate of the wait would refuse the jobs; then one that keeps the others waiting.
    for (let number = 0; number < SHORT_CALLS; number++) await toCompleted({ url: api.url, simulator });
    await toProcessing({ url: api.url, simulator });
    const polls = await holdPolls(api.url, await createOwnedJobs(api.url, tokens), HELD_POLLS_PER_USER);
    return { what: 'jobs expire in the queue', ...(await timeAnswers(polls, async () => {})) };
  } finally {
    simulator.reset();
    await api.stop();
  }
}

/** The 99th percentile of calls one after the other, in seconds. */
async function timeOtherCalls({ url }: ServerProcess, jobId: string): Promise<number> {
  const connection = openConnections(url, 1);
  const { path } = statusUrl('rest', jobId);
  const headers = { authorization: `Bearer ${signUserToken({ user_id: USER })}` };
  const taken: number[] = [];
  for (let number = 0; number < OTHER_CALLS; number++) {
    const startedAt = performance.now();
    await connection.send(1, () => ({ method: 'GET', path, headers }));
    taken.push((performance.now() - startedAt) / 1_000);
  }
  await connection.close();
  return percentile(taken, 99);
}

type Timed = Omit<Figure, 'what'>;

/** How long after its job's change each poll is answered. Both times are of this machine. */
async function timeAnswers(polls: HeldPolls, change: () => Promise<void>): Promise<Timed> {
  const startedAt = performance.now();
  polls.takeAnswers();
  const count = polls.open();
  await Promise.all([change(), withinGiveUp(polls)]);
  const total = (performance.now() - startedAt) / 1_000;
  const answers = polls.takeAnswers();
  const late = answers.map(({ at, changedAt }) => (at - changedAt) / 1_000);
  const [last, p99] = [percentile(late, 100), percentile(late, 99)];
  return {
    measured:
      `${answers.length} of ${count} answered, the last ${milliseconds(last)} after its change ` +
      `(p99 ${milliseconds(p99)}); from the first change to the last answer ${seconds(total)}`,
    verdict: met(answers.length === count && last <= GOAL_SECONDS),
    numbers: { lastSeconds: last, p99Seconds: p99, totalSeconds: total, answered: answers.length, polls: count },
  };
}

async function timeSigterm({ child }: ServerProcess, polls: HeldPolls): Promise<Timed> {
  polls.takeAnswers();
  polls.expectAnyAnswer();
  const count = polls.open();
  const startedAt = Date.now();
  child.signal('SIGTERM');
  await withinGiveUp(polls);
  const taken = polls.takeAnswers().map(({ at }) => (at - startedAt) / 1_000);
  const [first, last] = [percentile(taken, 0), percentile(taken, 100)];
  return {
    measured: `${taken.length} of ${count} answered, the first after ${milliseconds(first)}, the last after ${seconds(last)}`,
    verdict: met(taken.length === count && last <= GOAL_SECONDS),
    numbers: { firstSeconds: first, lastSeconds: last, answered: taken.length, polls: count },
  };
}

async function cancelAll(url: string, jobs: readonly OwnedJob[]): Promise<void> {
  const connections = openConnections(url, CANCELS_AT_ONCE);
  const cancel = (number: number) => ({
    method: 'POST' as const,
    path: `${GENERATION_PATH}/${jobs[number]?.jobId}/cancel`,
    headers: { authorization: `Bearer ${jobs[number]?.token}` },
  });
  await connections.send(jobs.length, cancel);
  await connections.close();
}

async function withinGiveUp({ ended, close }: HeldPolls): Promise<void> {
  const timer = setTimeout(close, GIVE_UP_MS);
  await ended;
  clearTimeout(timer);
}
