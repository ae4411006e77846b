import path from 'node:path';
import { createMiniMaxClient } from '@darkroom/minimax-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { AnswerSpool, FileStore } from '../../src/files/file-store.ts';
import { createLocalAnswerSpool } from '../../src/files/local-answer-spool.ts';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import { PRESUMED } from '../../src/job/attempt.ts';
import { cancel, failCall } from '../../src/job/job-state.ts';
import type { Family } from '../../src/job/model-family.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import { createOutcomeCommitter } from '../../src/jobs/commit-outcome.ts';
import { recoverJobs } from '../../src/jobs/recover-jobs.ts';
import { createAnswerResumer } from '../../src/jobs/resume-answers.ts';
import { createMiniMaxProvider } from '../../src/provider/minimax-provider.ts';
import { createManualClock } from '../manual-clock.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { addJob, h3RequestWith, type Stores, startNext, WORKER } from '../store/stores.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { buildFileTracker } from './build-file-tracker.ts';
import { createRecordedLog, type RecordedLog } from './recorded-log.ts';

const HEAD = { host: 'api.minimaxi.com', protocol: 'https:', httpStatus: 200, contentEncoding: null, traceId: 'trace' };
const JPEG = Buffer.from('ffd8ffe000104a46', 'hex');
const SUCCESS = { status_code: 0, status_msg: 'success' };
const byValue = { id: 'response', data: { image_base64: [JPEG.toString('base64')] }, base_resp: SUCCESS };
const byLink = { id: 'response', data: { image_urls: ['https://cdn.example.com/a.jpg'] }, base_resp: SUCCESS };

let stores: Stores;
let spool: AnswerSpool;
let files: FileStore;
let log: RecordedLog;
let saved: string[];

beforeEach(async () => {
  stores = await openSqliteStores({ clock: createManualClock({ autoAdvance: true }) });
  const folder = await temporaryFolder();
  log = createRecordedLog();
  spool = createLocalAnswerSpool({
    dir: path.join(folder, 'answers'),
    clock: systemClock,
    onError: (err) => log.warn({ err }, 'spool'),
  });
  files = await createLocalFileStore({ dir: path.join(folder, 'files'), clock: systemClock });
  saved = [];
});

/** Creates a call whose answer arrived in parts before its process was killed. */
async function callKilledAfter(
  answer: unknown,
  { isWhole = true, head = HEAD as object, family = 'image-01' as Family } = {},
): Promise<StoredJob> {
  const job = await addJob(stores, family === 'h3' ? { request: { ...h3RequestWith(), n: 3 } } : {});
  const { attempt } = await startNext(stores, { family });
  const recorder = spool.record({
    jobId: job.jobId,
    attemptId: attempt.attemptId,
    number: attempt.number,
    family,
  });
  const body = Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer));
  await recorder.begin(head);
  for (const half of [body.subarray(0, 10), body.subarray(10)]) await recorder.write(half);
  if (isWhole) await recorder.end();
  return job;
}

/** Resumes as the next process does, on a reopened database; or as the same process in a later run. */
async function restart({ ownedAttempts = new Set<string>(), workerId = 'the-next-process' } = {}): Promise<void> {
  stores = await stores.reopen();
  const stopping = new AbortController();
  const saveImages = (jobId: string) => void saved.push(jobId);
  const fileTracker = buildFileTracker(stores, files);
  const { clock, jobs: store } = stores;
  const keeping = { store, files, fileTracker, saveImages: () => {}, clock, log, stopping: stopping.signal };
  const answers = createAnswerResumer({
    store: stores.jobs,
    spool,
    provider: createMiniMaxProvider({ client: createMiniMaxClient({ apiKey: 'key' }), responseFormat: 'url' }),
    committer: createOutcomeCommitter({ ...keeping, queueTtlMs: 1_800_000, retryBaseMs: 5_000, random: () => 0 }),
    onResumed: async () => {
      for (const jobId of await stores.workers.adoptSaving(workerId)) saveImages(jobId);
    },
    log,
    stopping: stopping.signal,
  });
  await recoverJobs({
    store: stores.jobs,
    workers: stores.workers,
    workerId,
    ownedAttempts,
    saveImages,
    answers,
    log,
  });
  await answers.drain();
}

const stateOf = async (job: StoredJob) => (await stores.jobs.getJob(job.jobId))?.state;
const sourcesOf = async (job: StoredJob) =>
  (await stores.jobs.getImages(job.jobId))?.images.map(({ source }) => source);

describe('a stream whose process was killed before its end', () => {
  const event = (index: number) => {
    const data = {
      type: 'image_generation.partial_succeeded',
      image_index: index,
      url: `https://cdn.example.com/${index}`,
    };
    return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
  };
  const isCut = { isWhole: false, family: 'h3' } as const;

  test('ends with the images in the part that was recorded', async () => {
    const job = await callKilledAfter(event(2) + event(0) + event(1).slice(0, 60), isCut);
    await restart();
    expect(await stateOf(job)).toMatchObject({ status: 'PROCESSING', stage: 'saving' });
    expect(await sourcesOf(job)).toEqual([{ url: 'https://cdn.example.com/0' }, { url: 'https://cdn.example.com/2' }]);
    expect(saved).toEqual([job.jobId]);
  });

  test('has an unknown outcome without an image', async () => {
    const job = await callKilledAfter(': keepalive\n\n', isCut);
    await restart();
    expect(await stateOf(job)).toMatchObject({ errorCode: 'outcome_unknown', charged: 'unknown' });
  });
});

describe('a call whose process was killed after its answer was complete', () => {
  test('ends with that answer as links', async () => {
    const job = await callKilledAfter(byLink);
    await restart();
    expect(await stateOf(job)).toEqual({ status: 'PROCESSING', stage: 'saving' });
    expect(await sourcesOf(job)).toEqual([{ url: 'https://cdn.example.com/a.jpg' }]);
    expect(saved).toEqual([job.jobId]);
    expect(await stores.jobs.getImages(job.jobId)).toMatchObject({ responseId: 'response' });
    expect(await spool.list()).toEqual([]);
  });

  test('ends with that answer as base64, with no more images than requested', async () => {
    const many = { ...byValue, data: { image_base64: Array(3).fill(JPEG.toString('base64')) } };
    const job = await callKilledAfter(many);
    await restart();
    const key = `${job.jobId}-0-source.bin`;
    expect(await sourcesOf(job)).toEqual([{ key }]);
    expect(await files.read(key)).toEqual(JPEG);
    expect(saved).toEqual([job.jobId]);
  });

  test('is retried where the answer says that the call was not accepted', async () => {
    const job = await callKilledAfter({ base_resp: { status_code: 1002, status_msg: 'busy' } });
    await restart();
    expect(await stateOf(job)).toMatchObject({ stage: 'generating', call: null, retryAt: expect.any(Number) });
  });

  test('fails as the answer says', async () => {
    const job = await callKilledAfter({ base_resp: { status_code: 1008, status_msg: 'no money' } });
    await restart();
    expect(await stateOf(job)).toMatchObject({ status: 'FAILED', errorCode: 'provider_balance', charged: 'no' });
  });

  test('settles the charge of a canceled job without fetching its images', async () => {
    const job = await callKilledAfter(byValue);
    await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
    await restart();
    expect(await stateOf(job)).toMatchObject({ errorCode: 'canceled', charged: 'yes' });
    expect(saved).toEqual([]);
  });

  test('leaves nothing for a deleted job', async () => {
    const job = await callKilledAfter(byValue);
    await stores.jobs.deleteJob(job.jobId);
    await restart();
    expect(await stores.workers.openAttempts(WORKER)).toEqual([]);
    expect(await files.read(`${job.jobId}-0-source.bin`)).toBeNull();
    expect(await spool.list()).toEqual([]);
  });

  test('corrects the charge after a presumed outcome, and leaves the visible end of the job', async () => {
    const job = await callKilledAfter(byValue);
    const [attempt] = await stores.workers.openAttempts(WORKER);
    const failure = { kind: PRESUMED, code: null, message: 'given up', providerText: null };
    await stores.jobs.endAttempt(attempt?.attemptId ?? '', { outcome: 'unknown', failure }, (current, now) =>
      failCall(current, 'outcome_unknown', 'unknown', now),
    );
    await restart();
    expect(await stateOf(job)).toMatchObject({ errorCode: 'outcome_unknown', charged: 'yes' });
    expect(await files.read(`${job.jobId}-0-source.bin`)).toBeNull();
    expect(await spool.list()).toEqual([]);
  });

  test('changes nothing after its end was committed', async () => {
    const job = await callKilledAfter(byLink);
    const [attempt] = await stores.workers.openAttempts(WORKER);
    await stores.jobs.endAttempt(attempt?.attemptId ?? '', { outcome: 'failed' }, (current, now) =>
      failCall(current, 'content_rejected', 'no', now),
    );
    await restart();
    expect(await stateOf(job)).toMatchObject({ errorCode: 'content_rejected', charged: 'no' });
    expect(await spool.list()).toEqual([]);
  });

  test('is resumed once, however often resuming runs', async () => {
    const job = await callKilledAfter(byLink);
    await restart();
    const resumed = await stores.jobs.getJob(job.jobId);
    await restart();
    expect(await stores.jobs.getJob(job.jobId)).toEqual(resumed);
  });
});

describe('a call whose outcome is unknown', () => {
  const UNKNOWN = { status: 'FAILED', errorCode: 'outcome_unknown', charged: 'unknown' };

  test('fails when its recorded answer is incomplete', async () => {
    const job = await callKilledAfter(byLink, { isWhole: false });
    await restart();
    expect(await stateOf(job)).toMatchObject(UNKNOWN);
  });

  test('fails when its recorded answer is unreadable', async () => {
    const job = await callKilledAfter(byLink, { head: { host: 7 } });
    await restart();
    expect(await stateOf(job)).toMatchObject(UNKNOWN);
    expect(await spool.list()).toEqual([]);
  });
});

test('removes the answer to a call that a restored database does not contain, and starts', async () => {
  const recorder = spool.record({ jobId: 'gone', attemptId: 'gone', number: 1, family: 'image-01' });
  await recorder.begin(HEAD);
  await recorder.write(Buffer.from(JSON.stringify(byLink)));
  await recorder.end();
  await restart();
  expect(log.lines.filter(({ level }) => level === 'error').length).toBeGreaterThan(0);
  expect(await spool.list()).toEqual([]);
});

test('leaves the answer of a running call of this worker alone', async () => {
  const job = await callKilledAfter(byLink);
  const [attempt] = await stores.workers.openAttempts(WORKER);
  await restart({ workerId: WORKER, ownedAttempts: new Set([attempt?.attemptId ?? '']) });
  expect(await stateOf(job)).toMatchObject({ stage: 'generating' });
  expect(await spool.list()).toEqual([attempt?.attemptId]);
});
