import path from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { FileStore } from '../../src/files/file-store.ts';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import { cancel } from '../../src/jobs/job-state.ts';
import { createTakeNext } from '../../src/jobs/run-job.ts';
import type { StoredJob } from '../../src/store/job-store.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { addJob, type Stores } from '../store/stores.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { clock, waits } from './hand-sleep.ts';
import { createLogBook } from './log-book.ts';
import { answered, createScriptedProvider, failed, notTaken, type ScriptedProvider } from './scripted-provider.ts';

vi.mock('node:timers/promises', () => import('./hand-sleep.ts'));

let stores: Stores;
let provider: ScriptedProvider;
let files: FileStore;
let saved: string[];
let stopping: AbortController;
let deps: Parameters<typeof createTakeNext>[0];

beforeEach(async () => {
  waits.length = 0;
  stores = await openSqliteStores({ clock });
  provider = createScriptedProvider(answered);
  files = await createLocalFileStore({ dir: path.join(await temporaryFolder(), 'files') });
  saved = [];
  stopping = new AbortController();
  deps = {
    store: stores.jobs,
    files,
    provider,
    loadReference: async () => null,
    savePictures: (jobId) => void saved.push(jobId),
    rpm: 0,
    queueTtlMs: 1_800_000,
    retryBaseMs: 5_000,
    clock: clock.now,
    random: () => 0,
    log: createLogBook(),
    stopping: stopping.signal,
  };
});

/** The next call from its start to its end; answers when another may start, if nothing did. */
async function runNext(): Promise<number | null | 'ran'> {
  const taken = await createTakeNext(deps)();
  if (taken.kind === 'idle') return taken.retryAt;
  await taken.done;
  return 'ran';
}

const now = (job: StoredJob) => stores.jobs.getJob(job.jobId);
const sources = async (job: StoredJob) =>
  (await stores.jobs.getPictures(job.jobId))?.pictures.map(({ source }) => source);

test('nothing waits: nothing is called', async () => {
  expect(await runNext()).toBeNull();
  expect(provider.calls).toEqual([]);
});

test('an answer is kept before its pictures are fetched', async () => {
  const job = await addJob(stores);
  expect(await runNext()).toBe('ran');
  expect((await now(job))?.state).toEqual({ status: 'PROCESSING', stage: 'saving' });
  expect(await sources(job)).toEqual([{ url: 'http://pictures/a' }]);
  expect(saved).toEqual([job.jobId]);
});

test('the call is on record before it is sent', async () => {
  const job = await addJob(stores);
  provider.onCall = async () => {
    expect(await stores.jobs.openAttempts()).toMatchObject([{ jobId: job.jobId }]);
    expect((await now(job))?.state).toMatchObject({ stage: 'generating', call: { expectedMs: 24_000 } });
  };
  await runNext();
  expect(provider.calls).toMatchObject([{ request: job.request, reference: null }]);
});

test('pictures that come by value are in our own files before the answer is on record', async () => {
  const job = await addJob(stores);
  provider.outcomes = [{ ...answered, kind: 'answered', images: [{ bytes: Buffer.from('jpeg') }] }];
  await runNext();
  const key = `${job.jobId}-0-source.bin`;
  expect(await sources(job)).toEqual([{ key }]);
  expect(await files.read(key)).toEqual(Buffer.from('jpeg'));
});

test.each([
  ['provider_timeout', 'unknown'],
  ['provider_rejected', 'no'],
  ['no_images', 'unknown'],
] as const)(
  'a call that ended as %s is not repeated and fails the job once: charged %s',
  async (errorCode, charged) => {
    const job = await addJob(stores);
    provider.outcomes = [failed({ errorCode, charged })];
    await runNext();
    expect((await now(job))?.state).toMatchObject({ status: 'FAILED', errorCode, charged });
    expect(await runNext()).toBeNull();
    expect(provider.calls).toHaveLength(1);
  },
);

describe('a call that provably was not taken', () => {
  test('is repeated with doubling waits, five calls in all, and then fails without a charge', async () => {
    const job = await addJob(stores);
    provider.outcomes = [notTaken()];
    const waited: number[] = [];
    for (let state = await runNext(); state !== null; state = await runNext()) {
      if (state === 'ran') continue;
      waited.push(state - clock.now());
      clock.advance(state - clock.now());
    }
    expect(waited).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(provider.calls).toHaveLength(5);
    expect((await now(job))?.state).toMatchObject({ errorCode: 'provider_rate_limited', charged: 'no' });
  });

  test('stays PROCESSING, generating, of the same version, with progress that never falls', async () => {
    const job = await addJob(stores);
    provider.outcomes = [notTaken()];
    provider.onCall = async () => clock.advance(24_000);
    await runNext();
    const repeatAt = clock.now() + 5_000;
    const waiting = { status: 'PROCESSING', stage: 'generating', call: null, repeatAt, progressFrom: 81 };
    expect(await now(job)).toMatchObject({ version: 2, state: waiting });
  });

  const longWaits: [string, Partial<typeof deps>, number | null, number][] = [
    ['the longest of our own waits is a minute', { retryBaseMs: 50_000, random: () => 1 }, null, 60_000],
    ['jitter adds up to a quarter', { random: () => 1 }, null, 6_250],
    ["a longer Retry-After is kept, past our own waits' bound", {}, 120_000, 120_000],
    ['a shorter one is not', {}, 1_000, 5_000],
  ];
  test.each(longWaits)('%s', async (_, settings, retryAfterMs, waitMs) => {
    Object.assign(deps, settings);
    await addJob(stores);
    provider.outcomes = [notTaken(retryAfterMs)];
    await runNext();
    expect(await runNext()).toBe(clock.now() + waitMs);
  });

  test('fails at once when it would wait longer than any job may', async () => {
    const job = await addJob(stores);
    provider.outcomes = [notTaken(1_800_001)];
    await runNext();
    expect((await now(job))?.state).toMatchObject({ errorCode: 'provider_rate_limited', charged: 'no' });
  });

  test('is not repeated once its job is canceled, whose charge is settled', async () => {
    const job = await addJob(stores);
    provider.outcomes = [notTaken()];
    provider.onCall = async () => void (await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1)));
    await runNext();
    expect((await now(job))?.state).toMatchObject({ errorCode: 'canceled', charged: 'no' });
    expect(await runNext()).toBeNull();
  });
});

test('the answer to a canceled job settles its charge, and its pictures are not fetched', async () => {
  const job = await addJob(stores);
  provider.onCall = async () => void (await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1)));
  await runNext();
  expect((await now(job))?.state).toMatchObject({ errorCode: 'canceled', charged: 'yes' });
  expect(saved).toEqual([]);
});

test('the answer to a deleted job ends its call', async () => {
  const job = await addJob(stores);
  provider.onCall = async () => void (await stores.jobs.deleteJob(job.jobId));
  await runNext();
  expect(await stores.jobs.openAttempts()).toEqual([]);
  expect(saved).toEqual([]);
});

test('a grant that went stale is given back unused, and the job takes its turn again', async () => {
  const job = await addJob(stores);
  deps.loadReference = async () => {
    clock.advance(1_001);
    return null;
  };
  await runNext();
  expect(provider.calls).toEqual([]);
  expect(await stores.jobs.openAttempts()).toEqual([]);
  deps.loadReference = async () => null;
  await runNext();
  expect((await now(job))?.state).toMatchObject({ stage: 'saving' });
});

test('calls that were not sent are none of the five', async () => {
  const job = await addJob(stores);
  provider.outcomes = [notTaken(), answered];
  for (let stale = 0; stale < 5; stale++) {
    deps.loadReference = async () => {
      clock.advance(1_001);
      return null;
    };
    await runNext();
  }
  deps.loadReference = async () => null;
  await runNext();
  clock.advance(5_000);
  await runNext();
  expect(provider.calls).toHaveLength(2);
  expect((await now(job))?.state).toMatchObject({ stage: 'saving' });
});

test.each(['canceled', 'deleted'])('a job that is %s before its call is sent is not sent, nor charged', async (how) => {
  const job = await addJob(stores);
  deps.loadReference = async () => {
    if (how === 'deleted') await stores.jobs.deleteJob(job.jobId);
    else await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
    return null;
  };
  await runNext();
  expect(provider.calls).toEqual([]);
  expect(await stores.jobs.openAttempts()).toEqual([]);
  if (how === 'canceled') expect((await now(job))?.state).toMatchObject({ errorCode: 'canceled', charged: 'no' });
});

test('the reference goes with the call', async () => {
  await addJob(stores);
  deps.loadReference = async () => ({ url: 'https://photos.example/a.jpg' });
  await runNext();
  expect(provider.calls).toMatchObject([{ reference: { url: 'https://photos.example/a.jpg' } }]);
});

test('a fault of ours before the call fails the job without a charge', async () => {
  const job = await addJob(stores);
  deps.loadReference = () => Promise.reject(new Error('the photograph is gone'));
  await runNext();
  expect((await now(job))?.state).toMatchObject({ errorCode: 'internal', charged: 'no' });
  expect(provider.calls).toEqual([]);
});

test('an outcome that the database does not take at first is kept, without a second call', async () => {
  const job = await addJob(stores);
  let faults = 3;
  const { endAttempt } = stores.jobs;
  deps.store = {
    ...stores.jobs,
    endAttempt: (...end) => (faults-- > 0 ? Promise.reject(new Error('database away')) : endAttempt(...end)),
  };
  await runNext();
  expect((await now(job))?.state).toMatchObject({ stage: 'saving' });
  expect(waits).toEqual([500, 1_000, 2_000]);
  expect(provider.calls).toHaveLength(1);
});

test('a process that ends while its database is away leaves the call open for the next one', async () => {
  await addJob(stores);
  deps.store = {
    ...stores.jobs,
    endAttempt: () => {
      stopping.abort();
      return Promise.reject(new Error('database away'));
    },
  };
  await runNext();
  expect(await stores.jobs.openAttempts()).toHaveLength(1);
});

test('jobs that waited too long are left alone', async () => {
  await addJob(stores);
  clock.advance(1_800_001);
  expect(await runNext()).toBeNull();
  expect(provider.calls).toEqual([]);
});

test('the pace holds for longer than a minute by the margin of a grant', async () => {
  deps.rpm = 1;
  await addJob(stores);
  await addJob(stores);
  const began = clock.now();
  await runNext();
  expect(await runNext()).toBe(began + 61_000);
});
