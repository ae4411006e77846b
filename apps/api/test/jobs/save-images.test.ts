import { once } from 'node:events';
import path from 'node:path';
import { ImageError } from '@darkroom/contracts';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import { DownloadError } from '../../src/images/image-processor.ts';
import { cancel, hasEnded, startSaving } from '../../src/job/job-state.ts';
import type { ImageSource } from '../../src/job/stored-image.ts';
import type { StoredJob } from '../../src/job/stored-job.ts';
import { createImageSaver, type ImageSaver } from '../../src/jobs/save-images.ts';
import { listAll } from '../files/file-store.conformance.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { openSqliteStores } from '../store/open-sqlite-stores.ts';
import { addJob, addSavingJob, newJob, type Stores, startNext, WORKER } from '../store/stores.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { buildFileTracker } from './build-file-tracker.ts';
import { exampleAsset } from './example-job.ts';
import { createFakeImageProcessor, type FakeImageProcessor } from './fake-image-processor.ts';
import { createRecordedLog, type RecordedLog } from './recorded-log.ts';
import { untilJob } from './until-job.ts';

const transient = () => new DownloadError('reset', { permanent: false });
const permanent = () => new DownloadError('404', { permanent: true });

let clock: ManualClock;
let stores: Stores;
let imageProcessor: FakeImageProcessor;
let log: RecordedLog;
let deps: Parameters<typeof createImageSaver>[0];
let saver: ImageSaver;

beforeEach(async () => {
  clock = createManualClock({ autoAdvance: true });
  stores = await openSqliteStores({ clock });
  imageProcessor = createFakeImageProcessor();
  log = createRecordedLog();
  const files = await createLocalFileStore({ dir: path.join(await temporaryFolder(), 'files'), clock: systemClock });
  deps = {
    store: stores.jobs,
    files,
    fileTracker: buildFileTracker(stores, files),
    imageProcessor,
    runLimited: (work) => work(),
    retryForMs: 900_000,
    clock,
    runningMs: clock.monotonic,
    log,
  };
  saver = createImageSaver(deps);
});

const url = (name: string): ImageSource => ({ url: `http://images/${name}` });
const answered = (...sources: ImageSource[]) =>
  addSavingJob(stores, sources, { request: { ...newJob().request, n: sources.length } });
const ended = (job: StoredJob) => untilJob(stores.jobs, job.jobId, (now) => now === null || hasEnded(now));
const keptKeys = async () => (await listAll(deps.files)).map(({ key }) => key).toSorted();

async function save(job: StoredJob): Promise<StoredJob | null> {
  saver.save(job.jobId);
  return ended(job);
}

test('fetches every image once, stores it at its index, and completes the job', async () => {
  const job = await answered(url('a'), url('b'));
  const assets = ['0', '1'].map((place) => ({ key: `${job.jobId}-${place}.jpg` }));
  const done = await save(job);
  expect(done?.state).toMatchObject({ status: 'COMPLETED', charged: 'yes', failedCount: 0, assets });
  expect(await keptKeys()).toEqual(assets.map(({ key }) => key));
  expect(imageProcessor.fetched).toEqual(['http://images/a', 'http://images/b']);
  expect(clock.sleeps).toEqual([]);
});

describe('an image that cannot be fetched yet', () => {
  test('is retried with growing waits', async () => {
    imageProcessor.fail('http://images/a', ...Array.from({ length: 9 }, transient));
    expect((await save(await answered(url('a'))))?.state).toMatchObject({ status: 'COMPLETED', failedCount: 0 });
    expect(clock.sleeps).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('is retried until the configured time ends, with a last try then, and counts as failed', async () => {
    deps.retryForMs = 10_000;
    saver = createImageSaver(deps);
    imageProcessor.failAlways('http://images/a', transient);
    expect((await save(await answered(url('a'), url('b'))))?.state).toMatchObject({
      status: 'COMPLETED',
      failedCount: 1,
    });
    expect(clock.sleeps).toEqual([500, 1_000, 2_000, 4_000, 2_500]);
  });

  test('has its whole time from its first try, however long it waited for a slot', async () => {
    deps.runLimited = (work) => {
      if (imageProcessor.fetched.length === 0) clock.advance(deps.retryForMs);
      return work();
    };
    saver = createImageSaver(deps);
    imageProcessor.fail('http://images/a', ...Array.from({ length: 9 }, transient));
    expect((await save(await answered(url('a'))))?.state).toMatchObject({ status: 'COMPLETED' });
  });

  test('is given up after three permanent failures', async () => {
    imageProcessor.failAlways('http://images/a', permanent);
    expect((await save(await answered(url('a'), url('b'))))?.state).toMatchObject({ failedCount: 1 });
    expect(imageProcessor.fetched.filter((fetched) => fetched === 'http://images/a')).toHaveLength(3);
    expect(clock.sleeps).toEqual([500, 1_000]);
  });

  test('is given up after three permanent failures, regardless of transient ones between them', async () => {
    imageProcessor.fail('http://images/a', transient(), permanent(), transient(), permanent(), transient());
    imageProcessor.fail(
      'http://images/b',
      transient(),
      transient(),
      permanent(),
      transient(),
      permanent(),
      permanent(),
    );
    expect((await save(await answered(url('a'), url('b'))))?.state).toMatchObject({ failedCount: 1 });
    expect(imageProcessor.fetched.filter((fetched) => fetched === 'http://images/a')).toHaveLength(6);
    expect(imageProcessor.fetched.filter((fetched) => fetched === 'http://images/b')).toHaveLength(6);
  });

  test('fails the job only if there is no other image, and as charged', async () => {
    imageProcessor.failAlways('http://images/a', permanent);
    const job = await save(await answered(url('a')));
    expect(job?.state).toMatchObject({ status: 'FAILED', errorCode: 'download_failed', charged: 'yes' });
    expect(await keptKeys()).toEqual([]);
  });
});

test('fetches bytes that are not an image again, three times in all', async () => {
  imageProcessor.compress = async () => {
    throw permanent();
  };
  expect((await save(await answered(url('a'))))?.state).toMatchObject({ errorCode: 'download_failed' });
  expect(imageProcessor.fetched).toHaveLength(3);
});

test('completes a job with fewer images than requested and reports the missing ones', async () => {
  const job = await addSavingJob(stores, [url('a')], { request: { ...newJob().request, n: 3 } });
  expect((await save(job))?.state).toMatchObject({ status: 'COMPLETED', failedCount: 2 });
});

test('keeps the job saving on a full disk until there is room, and fetches the image once', async () => {
  const job = await answered(url('a'));
  const seen: unknown[] = [];
  const { put } = deps.files;
  deps.files.put = async (key, bytes) => {
    if (seen.length === 5) return put(key, bytes);
    seen.push((await stores.jobs.getJob(job.jobId))?.state);
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  expect((await save(job))?.state.status).toBe('COMPLETED');
  expect(seen).toEqual(Array(5).fill({ status: 'PROCESSING', stage: 'saving' }));
  expect(imageProcessor.fetched).toHaveLength(1);
});

test.each(['canceled', 'deleted'])('stops retrying a job that is %s while the disk is full', async (how) => {
  const job = await answered(url('a'));
  deps.files.put = async () => {
    if (how === 'deleted') await stores.jobs.deleteJob(job.jobId);
    else await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  saver.save(job.jobId);
  await ended(job);
  for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate); // time for many more retries
  expect(clock.sleeps.length).toBeLessThanOrEqual(1);
  await saver.drain();
});

test('keeps the job saving while the database is unavailable', async () => {
  const { endImage } = stores.jobs;
  let faults = 5;
  deps.store = {
    ...stores.jobs,
    endImage: (...args) => (faults-- > 0 ? Promise.reject(new ImageError('unavailable')) : endImage(...args)),
  };
  saver = createImageSaver(deps);
  expect((await save(await answered(url('a'))))?.state.status).toBe('COMPLETED');
  expect(imageProcessor.fetched).toHaveLength(1);
});

test('processes base64 images from the file store and then removes the originals', async () => {
  await deps.files.put('source-a.bin', Buffer.from('a'));
  const job = await answered({ key: 'source-a.bin' });
  expect((await save(job))?.state).toMatchObject({ status: 'COMPLETED' });
  await saver.drain();
  expect(imageProcessor.fetched).toEqual([]);
  expect(await keptKeys()).toEqual([`${job.jobId}-0.jpg`]);
});

describe('a job that ends while it is saving', () => {
  test.each(['canceled', 'deleted'])('is not fetched further once it is %s', async (how) => {
    const job = await answered(url('a'));
    imageProcessor.failAlways('http://images/a', transient, async () => {
      if (how === 'deleted') await stores.jobs.deleteJob(job.jobId);
      else await stores.jobs.changeJob(job.jobId, (current) => cancel(current, 1));
    });
    saver.save(job.jobId);
    const given = await ended(job);
    for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate); // time for many more retries
    expect(imageProcessor.fetched).toHaveLength(1);
    await saver.drain();
    expect(given?.state).toEqual(how === 'deleted' ? undefined : expect.objectContaining({ charged: 'yes' }));
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

test('does not wait for a download that is no longer needed', async () => {
  const job = await answered(url('a'));
  const started = Promise.withResolvers<void>();
  imageProcessor.onFetch = async (signal) => {
    started.resolve();
    await once(signal, 'abort');
    signal.throwIfAborted();
  };
  saver.save(job.jobId);
  await started.promise;
  await stores.jobs.deleteJob(job.jobId);
  await saver.drain();
  expect(log.lines).toEqual([]);
});

test('leaves no file behind for an image finished just after its job was deleted', async () => {
  const job = await answered(url('a'));
  const { put } = deps.files;
  const written = Promise.withResolvers<void>();
  deps.files.put = async (key, bytes) => {
    await stores.jobs.deleteJob(job.jobId);
    await put(key, bytes);
    written.resolve();
  };
  saver.save(job.jobId);
  await written.promise;
  await saver.drain();
  expect(await keptKeys()).toEqual([]);
});

test('does not fetch a stored image again in the next process', async () => {
  const job = await answered(url('a'), url('b'));
  imageProcessor.failAlways('http://images/b', transient, async () => void saver.drain());
  saver.save(job.jobId);
  await untilJob(stores.jobs, job.jobId, () => imageProcessor.fetched.length === 2);
  await saver.drain();
  expect((await stores.jobs.getJob(job.jobId))?.state).toEqual({ status: 'PROCESSING', stage: 'saving' });

  deps.imageProcessor = createFakeImageProcessor();
  saver = createImageSaver(deps);
  expect((await save(job))?.state).toMatchObject({ status: 'COMPLETED', failedCount: 0 });
  expect(deps.imageProcessor).toMatchObject({ fetched: ['http://images/b'] });
});

test('completes a stream whose images are all stored with one read of them', async () => {
  const { jobId } = await addJob(stores);
  const { attempt } = await startNext(stores);
  await stores.jobs.recordArrival(attempt.attemptId, { position: 0, source: url('a') });
  await stores.jobs.endImage(jobId, 0, exampleAsset(`${jobId}-0.jpg`));
  const job = await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'answered' }, startSaving);
  const getImages = vi.fn(stores.jobs.getImages);
  deps.store = { ...stores.jobs, getImages };
  saver = createImageSaver(deps);
  const done = job && (await save(job));
  expect(done?.state).toMatchObject({ status: 'COMPLETED', assets: [{ key: `${jobId}-0.jpg`, index: 0 }] });
  expect(getImages).toHaveBeenCalledOnce();
});

describe('a job that was canceled while its images arrived', () => {
  async function canceled(): Promise<StoredJob> {
    const { jobId } = await addJob(stores, { request: { ...newJob().request, n: 2 } });
    const { attempt } = await startNext(stores);
    for (const [position, name] of ['a', 'b'].entries()) {
      await stores.jobs.recordArrival(attempt.attemptId, { position, source: url(name) });
    }
    await stores.jobs.endAttempt(attempt.attemptId, { outcome: 'answered' }, startSaving);
    const job = await stores.jobs.changeJob(jobId, (current) => cancel(current, 1));
    if (!job) throw new Error('the job is gone');
    return job;
  }
  const assetsOf = async (job: StoredJob) => (await stores.jobs.getImages(job.jobId))?.images.map(({ asset }) => asset);

  test('has its images stored by the next process, and stays canceled', async () => {
    const job = await canceled();
    for (const jobId of await stores.workers.adoptSaving(WORKER)) saver.save(jobId);
    const saved = await untilJob(stores.jobs, job.jobId, (now) => now?.version === job.version + 2);
    expect(saved?.state).toEqual(job.state);
    expect(await assetsOf(job)).toMatchObject([{ key: `${job.jobId}-0.jpg` }, { key: `${job.jobId}-1.jpg` }]);
    expect(await keptKeys()).toEqual([`${job.jobId}-0.jpg`, `${job.jobId}-1.jpg`]);
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([]);
  });

  test('has an image given up after an internal error, logged once with its cause', async () => {
    const job = await canceled();
    const fault = new TypeError('a bug');
    const { compress } = imageProcessor;
    imageProcessor.compress = (bytes, ...args) =>
      Buffer.from(bytes).toString() === 'http://images/a' ? Promise.reject(fault) : compress(bytes, ...args);
    saver.save(job.jobId);
    const unsaved = () => stores.jobs.countImages(job.jobId).then(({ ended, total }) => total - ended);
    await vi.waitFor(async () => expect(await unsaved()).toBe(0));
    expect(await assetsOf(job)).toMatchObject([null, { key: `${job.jobId}-1.jpg` }]);
    expect((await stores.jobs.getJob(job.jobId))?.state).toEqual(job.state);
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { err: fault } }]);
    expect(await stores.workers.adoptSaving(WORKER)).toEqual([]);
  });
});

test('gives an image its whole time again after a restart', async () => {
  const job = await answered(url('a'));
  const tried = Promise.withResolvers<void>();
  imageProcessor.failAlways('http://images/a', transient, async () => tried.resolve());
  saver.save(job.jobId);
  await tried.promise;
  await saver.drain();

  clock.advance(deps.retryForMs);
  deps.imageProcessor = imageProcessor = createFakeImageProcessor();
  saver = createImageSaver(deps);
  imageProcessor.fail('http://images/a', transient(), transient());
  expect((await save(job))?.state).toMatchObject({ status: 'COMPLETED', failedCount: 0 });
});

test('lets a running download end during a drain and stores its image', async () => {
  const job = await answered(url('a'));
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  imageProcessor.onFetch = () => {
    started.resolve();
    return gate.promise;
  };
  saver.save(job.jobId);
  await started.promise;
  const drained = saver.drain();
  gate.resolve();
  await drained;
  expect((await stores.jobs.getJob(job.jobId))?.state.status).toBe('COMPLETED');
});

test('ends the job on an internal error, logged once with its cause', async () => {
  const fault = new TypeError('a bug');
  imageProcessor.compress = () => Promise.reject(fault);
  const job = await save(await answered(url('a')));
  expect(job?.state).toMatchObject({ status: 'FAILED', errorCode: 'internal', charged: 'yes' });
  expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { err: fault } }]);
});

test.each(['putting a file', 'committing an image'])(
  'fails the job after three tries on a bug in %s',
  async (where) => {
    const bug = () => Promise.reject(new TypeError('a bug'));
    if (where === 'putting a file') deps.files.put = bug;
    else deps.store = { ...stores.jobs, endImage: bug };
    saver = createImageSaver(deps);
    const job = await save(await answered(url('a')));
    expect(job?.state).toMatchObject({ status: 'FAILED', errorCode: 'internal', charged: 'yes' });
    expect(clock.sleeps).toEqual([500, 1_000]);
    expect(imageProcessor.fetched).toHaveLength(1);
  },
);

test('ends the job after an internal error once the database is available again', async () => {
  imageProcessor.compress = () => Promise.reject(new TypeError('a bug'));
  let faults = 5;
  const { changeJob } = stores.jobs;
  deps.store = {
    ...stores.jobs,
    changeJob: (...change) => (faults-- > 0 ? Promise.reject(new ImageError('unavailable')) : changeJob(...change)),
  };
  saver = createImageSaver(deps);
  expect((await save(await answered(url('a'))))?.state).toMatchObject({ errorCode: 'internal', charged: 'yes' });
});

test('never writes a link to the log', async () => {
  imageProcessor.fail('http://images/a?Signature=secret', transient());
  await save(await answered(url('a?Signature=secret')));
  expect(JSON.stringify(log.lines)).not.toContain('Signature');
});
