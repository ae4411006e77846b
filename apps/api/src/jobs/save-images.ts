import type { Clock } from '../clock.ts';
import type { FileStore } from '../files/file-store.ts';
import { DownloadError, type ImageProcessor, type ResultImage } from '../images/image-processor.ts';
import { complete, failSaving, hasEnded, isSaving, wantsImages } from '../job/job-state.ts';
import { type Family, familyOf } from '../job/model-family.ts';
import type { ImageSet, StoredAsset, StoredImage } from '../job/stored-image.ts';
import { extensionOf } from '../media-types.ts';
import { backOffMs } from '../retry/back-off.ts';
import { retry } from '../retry/retry.ts';
import type { JobStore } from '../store/job-store.ts';
import { type Arrivals, createArrivals } from './arrivals.ts';
import { readFile, storeFile } from './file-access.ts';
import type { FileTracker } from './file-tracker.ts';
import { followJobEnd, type JobEnd } from './follow-job-end.ts';
import type { Log } from './log.ts';
import { retryUntilAvailable } from './retry-until-available.ts';

const BACK_OFF = { firstMs: 500, maxMs: 60_000 };
/** An image is given up after this many permanent failures, which further waiting is unlikely to fix. */
const PERMANENT_FAILURES_MAX = 3;

interface Deps {
  store: JobStore;
  files: FileStore;
  fileTracker: Pick<FileTracker, 'whileWriting' | 'deleteNow'>;
  imageProcessor: ImageProcessor;
  /** Runs the work when there is capacity: bounds how many images are downloaded and processed at once. */
  runLimited<T>(work: () => Promise<T>): Promise<T>;
  /** Milliseconds for which a paid image is retried, from its first try in this process. */
  retryForMs: number;
  clock: Pick<Clock, 'sleep'>;
  /** Milliseconds that this process has run: a pause of the process does not use up `retryForMs`. */
  runningMs(): number;
  log: Log;
}

/** What the provider answered, as far as it has. */
type Answer = ImageSet & { family: Family };

export interface ImageSaver {
  /**
   * Downloads, compresses and stores the images of a job in the background, and completes the job if it has its whole
   * answer. To be called for every image of a streamed answer that was recorded, and once the answer is complete.
   */
  save(jobId: string): void;
  /** Running downloads end; images that wait for a retry are left to the next start. */
  drain(): Promise<void>;
}

/**
 * Brings a job from the provider's answer to COMPLETED. It may be restarted at any point: a stored image is not
 * downloaded twice.
 */
export function createImageSaver({
  store,
  files,
  fileTracker,
  imageProcessor,
  runLimited,
  retryForMs,
  clock,
  runningMs,
  log,
}: Deps): ImageSaver {
  const draining = new AbortController();
  const running = new Map<string, { arrivals: Arrivals; done: Promise<void> }>();

  /**
   * Saves the images that are there, and those that arrive meanwhile. Ends the job once its answer is complete. Returns
   * earlier when all images of an incomplete answer are saved: the next arrival calls `save` again.
   */
  async function saveJob(jobId: string, arrivals: Arrivals): Promise<void> {
    const signals = await followJobEnd(store, jobId, draining.signal);
    const saving = new Map<number, Promise<void>>();
    const faults: unknown[] = [];
    let answer: ImageSet | null = null;
    try {
      do {
        if (arrivals.take()) answer = await startMissing(jobId, signals, saving, faults);
        if (saving.size > 0) await Promise.race([...saving.values(), arrivals.next()]);
      } while (saving.size > 0 || arrivals.isWaiting());
    } finally {
      signals.stop();
    }
    // All images end before the job does, even when one of them is interrupted.
    for (const fault of faults) throw fault;
    if (answer) await endJob(jobId, answer);
  }

  /**
   * Starts to save the images that are not being saved. Returns the images as they were before if the answer is
   * complete, so that no further one arrives; otherwise null.
   */
  async function startMissing(
    jobId: string,
    signals: JobEnd,
    saving: Map<number, Promise<void>>,
    faults: unknown[],
  ): Promise<ImageSet | null> {
    // Read the stage first: once the answer is complete, all its images are recorded.
    const job = await retryUntilAvailable(() => store.getJob(jobId), storage('read a job'));
    const set = await retryUntilAvailable(() => store.getImages(jobId), storage('read the answer of a job'));
    if (!job || !wantsImages(job)) return null;
    if (!set) throw new Error(`Job ${jobId} is saving without an answer`);
    const answer = { ...set, family: familyOf(job.request.model) };
    for (const image of set.images) {
      if (image.asset || image.failed || saving.has(image.position)) continue;
      const saved = saveImage(jobId, answer, image, signals).catch((fault: unknown) => void faults.push(fault));
      saving.set(
        image.position,
        saved.finally(() => saving.delete(image.position)),
      );
    }
    return isSaving(job.state) ? set : null;
  }

  async function saveImage(jobId: string, answer: Answer, image: StoredImage, signals: JobEnd): Promise<void> {
    let deadline = Number.POSITIVE_INFINITY; // set by the first try: queueing and restarts do not count
    let permanentFailures = 0;
    const tryOnce = () =>
      runLimited(() => {
        deadline = Math.min(deadline, runningMs() + retryForMs);
        return tryImage(jobId, answer, image, signals);
      });
    function waitMs(failure: unknown, tries: number): number | null {
      if (!(failure instanceof DownloadError)) return null;
      if (failure.permanent) permanentFailures++;
      const leftMs = deadline - runningMs();
      const givesUp = failure.permanent ? permanentFailures >= PERMANENT_FAILURES_MAX : leftMs <= 0;
      log.warn(
        { job_id: jobId, position: image.position, tries, gives_up: givesUp, reason: failure.message },
        'image could not be fetched',
      );
      if (givesUp) return null;
      const ms = backOffMs(tries, BACK_OFF);
      return leftMs > 0 ? Math.min(ms, leftMs) : ms; // the last try is made at the deadline
    }
    try {
      await retry(tryOnce, { clock, waitMs, signal: signals.stopped });
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      await endImage(jobId, image, null, signals);
    }
  }

  /** Makes one try, after which the image is stored. Rejects with `DownloadError` when the image cannot be fetched. */
  async function tryImage(jobId: string, answer: Answer, image: StoredImage, signals: JobEnd): Promise<void> {
    signals.jobEnded.throwIfAborted();
    const bytes = await fetchSource(image, signals);
    const ids = {
      produceId: `${answer.responseId ?? jobId}-${image.position}`,
      propagateId: `${jobId}-${image.position}`,
    };
    const ready = await imageProcessor.compress(bytes, ids, answer.family);
    const key = `${jobId}-${image.position}.${extensionOf(ready.contentType)}`;
    const persist = (record: () => Promise<void>) =>
      retryUntilAvailable(record, storage('record write intents', signals.stopped));
    const write = async () => {
      await retryUntilAvailable(() => storeFile(files, key, ready.bytes), storage('store an image', signals.stopped));
      return endImage(jobId, image, { ...describe(ready), key }, signals);
    };
    const isStored = await fileTracker.whileWriting([key], write, { jobId, persist });
    if (!isStored) await fileTracker.deleteNow([key]); // the job ended or was deleted meanwhile
  }

  async function fetchSource({ source }: StoredImage, { jobEnded, stopped }: JobEnd): Promise<Uint8Array> {
    // A drain does not abort a running download: the image is paid for.
    if ('url' in source) return imageProcessor.download(source.url, jobEnded);
    const bytes = await retryUntilAvailable(
      () => readFile(files, source.key),
      storage('read a provider answer', stopped),
    );
    if (!bytes) throw new DownloadError('the stored provider answer does not exist', { permanent: true });
    return bytes;
  }

  async function endImage(
    jobId: string,
    { position }: StoredImage,
    asset: StoredAsset | null,
    { stopped }: JobEnd,
  ): Promise<boolean> {
    return retryUntilAvailable(() => store.endImage(jobId, position, asset), storage('commit an image', stopped));
  }

  async function endJob(jobId: string, answer: ImageSet): Promise<void> {
    // The usual end of a stream: every image had ended before the answer was complete.
    const hadAllEnded = answer.images.every(({ asset, failed }) => asset !== null || failed);
    const read = () => store.getImages(jobId);
    const set = hadAllEnded ? answer : await retryUntilAvailable(read, storage('read the images of a job'));
    const images = set?.images ?? [];
    const assets = images.flatMap(({ asset, position }) => (asset ? [{ ...asset, index: position }] : []));
    await retryUntilAvailable(
      () =>
        store.changeJob(jobId, (job, now) =>
          assets.length > 0 ? complete(job, assets, now) : failSaving(job, 'download_failed', now),
        ),
      storage('commit the end of a job'),
    );
    const sources = images.flatMap(({ source }) => ('key' in source ? [source.key] : []));
    await fileTracker.deleteNow(sources);
    log.info({ job_id: jobId, images: assets.length }, 'job saved');
  }

  function storage(task: string, signal = draining.signal) {
    return { clock, log, task, signal };
  }

  async function saveSafely(jobId: string, arrivals: Arrivals): Promise<void> {
    try {
      while (arrivals.isWaiting()) await saveJob(jobId, arrivals);
    } catch (err) {
      const job = await store.getJob(jobId).catch(() => undefined);
      if (draining.signal.aborted || job === null || (job && !wantsImages(job))) return;
      log.error({ err, job_id: jobId }, 'an image could not be saved because of an internal error');
      if (job && hasEnded(job)) return giveUpMissing(jobId);
      if (job && !isSaving(job.state)) return; // saved again once the answer is complete
      await retryUntilAvailable(
        () => store.changeJob(jobId, (current, now) => failSaving(current, 'internal', now)),
        storage('commit the failure of a job'),
      ).catch((error: unknown) => {
        log.error({ err: error, job_id: jobId }, 'failure of a job could not be committed');
      });
    }
  }

  /** For a canceled job, which recovery would otherwise have saved again and again, with the same fault. */
  async function giveUpMissing(jobId: string): Promise<void> {
    try {
      const set = await retryUntilAvailable(() => store.getImages(jobId), storage('read the images of a job'));
      for (const { position, asset, failed } of set?.images ?? []) {
        if (asset || failed) continue;
        const giveUp = () => store.endImage(jobId, position, null);
        await retryUntilAvailable(giveUp, storage('commit an image'));
      }
    } catch (err) {
      log.error({ err, job_id: jobId }, 'images of a canceled job could not be given up');
    }
  }

  return {
    save(jobId) {
      const known = running.get(jobId);
      if (known) return known.arrivals.add();
      const arrivals = createArrivals();
      arrivals.add();
      const done = saveSafely(jobId, arrivals).finally(() => running.delete(jobId));
      running.set(jobId, { arrivals, done });
    },
    async drain() {
      draining.abort();
      while (running.size > 0) await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

function describe({ bytes, ...image }: ResultImage): Omit<StoredAsset, 'key'> {
  return { ...image, bytes: bytes.length };
}
