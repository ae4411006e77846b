import type { Clock } from '../clock.ts';
import type { FileStore } from '../files/file-store.ts';
import { DownloadError, type ImageProcessor, type ResultImage } from '../images/image-processor.ts';
import { complete, failSaving, isSaving } from '../job/job-state.ts';
import type { ImageSet, StoredAsset, StoredImage } from '../job/stored-image.ts';
import { extensionOf } from '../media-types.ts';
import { backOffMs } from '../retry/back-off.ts';
import type { JobStore } from '../store/job-store.ts';
import { readFile, storeFile } from './file-access.ts';
import type { FileTracker } from './file-tracker.ts';
import { followJobEnd } from './follow-end.ts';
import { joinSignals } from './join-signals.ts';
import type { Log } from './log.ts';
import { retryUntilAvailable } from './retry-until-available.ts';

const BACK_OFF = { firstMs: 500, maxMs: 60_000 };
/** An image is given up after this many permanent failures, which further waiting is unlikely to fix. */
const PERMANENT_FAILURES_MAX = 3;

interface Deps {
  store: JobStore;
  files: FileStore;
  fileTracker: Pick<FileTracker, 'whileWriting' | 'deleteNow'>;
  pictures: ImageProcessor;
  /** Runs the work when there is capacity: bounds how many images are downloaded and processed at once. */
  inPlace<T>(work: () => Promise<T>): Promise<T>;
  /** Milliseconds for which a paid image is retried, from its first try in this process. */
  retryForMs: number;
  clock: Pick<Clock, 'sleep'>;
  /** Milliseconds that this process has run: a pause of the process does not use up `retryForMs`. */
  runningMs(): number;
  log: Log;
}

/** Signals that end the work for one job. */
interface Ends {
  /** Aborts when the job has ended or was deleted. */
  unwanted: AbortSignal;
  /** Aborts when `unwanted` does, or when the process drains. */
  over: AbortSignal;
}

export interface ImageSaver {
  /**
   * Downloads, compresses and stores the images of a job that has its answer, in the background. No effect while the
   * job is already being saved.
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
  pictures,
  inPlace,
  retryForMs,
  clock,
  runningMs,
  log,
}: Deps): ImageSaver {
  const draining = new AbortController();
  const running = new Map<string, Promise<void>>();

  async function saveJob(jobId: string): Promise<void> {
    const set = await retryUntilAvailable(() => store.getImages(jobId), storage('read the answer of a job'));
    if (!set) throw new Error(`Job ${jobId} is saving without an answer`);
    const end = await followJobEnd(store, jobId); // aborts when it is canceled or deleted
    const over = joinSignals([draining.signal, end.signal]);
    const ends = { unwanted: end.signal, over: over.signal };
    try {
      const missing = set.pictures.filter((picture) => !picture.asset && !picture.failed);
      // All images end before the job does, even when one of them is interrupted.
      const ended = await Promise.allSettled(missing.map((picture) => saveImage(jobId, set, picture, ends)));
      for (const result of ended) if (result.status === 'rejected') throw result.reason;
    } finally {
      over.part();
      end.stop();
    }
    await endJob(jobId);
  }

  async function saveImage(jobId: string, set: ImageSet, picture: StoredImage, ends: Ends): Promise<void> {
    let deadline = Number.POSITIVE_INFINITY; // set by the first try: queueing and restarts do not count
    let permanentFailures = 0;
    for (let tries = 1; ; tries++) {
      const failure = await inPlace(() => {
        deadline = Math.min(deadline, runningMs() + retryForMs);
        return tryImage(jobId, set, picture, ends);
      });
      if (!failure) return;
      if (failure.permanent) permanentFailures++;
      const leftMs = deadline - runningMs();
      const over = failure.permanent ? permanentFailures >= PERMANENT_FAILURES_MAX : leftMs <= 0;
      log.warn(
        { job_id: jobId, position: picture.position, tries, over, reason: failure.message },
        'a picture could not be had',
      );
      if (over) {
        await endImage(jobId, picture, null, ends);
        return;
      }
      const waitMs = backOffMs(tries - 1, BACK_OFF);
      // The last try is made at the deadline.
      await clock.sleep(leftMs > 0 ? Math.min(waitMs, leftMs) : waitMs, { signal: ends.over });
    }
  }

  /** Makes one try. Returns the failure; undefined once the image is stored. */
  async function tryImage(
    jobId: string,
    set: ImageSet,
    picture: StoredImage,
    ends: Ends,
  ): Promise<DownloadError | undefined> {
    ends.unwanted.throwIfAborted();
    try {
      const bytes = await fetchSource(picture, ends);
      const ids = {
        produceId: `${set.responseId ?? jobId}-${picture.position}`,
        propagateId: `${jobId}-${picture.position}`,
      };
      const ready = await pictures.compress(bytes, ids);
      const key = `${jobId}-${picture.position}.${extensionOf(ready.contentType)}`;
      const persist = (record: () => Promise<void>) =>
        retryUntilAvailable(record, storage('remember what is about to be written', ends.over));
      const write = async () => {
        await retryUntilAvailable(() => storeFile(files, key, ready.bytes), storage('keep a picture', ends.over));
        return endImage(jobId, picture, { ...describe(ready), key }, ends);
      };
      const isKept = await fileTracker.whileWriting([key], write, { jobId, persist });
      if (!isKept) await fileTracker.deleteNow([key]); // the job ended or was deleted meanwhile
      return undefined;
    } catch (error) {
      if (error instanceof DownloadError) return error;
      throw error;
    }
  }

  async function fetchSource({ source }: StoredImage, { unwanted, over }: Ends): Promise<Uint8Array> {
    // A drain does not abort a running download: the image is paid for.
    if ('url' in source) return pictures.download(source.url, unwanted);
    const bytes = await retryUntilAvailable(() => readFile(files, source.key), storage('read a provider answer', over));
    if (!bytes) throw new DownloadError('the kept answer is gone', { permanent: true });
    return bytes;
  }

  async function endImage(
    jobId: string,
    { position }: StoredImage,
    asset: StoredAsset | null,
    { over }: Ends,
  ): Promise<boolean> {
    return retryUntilAvailable(() => store.endImage(jobId, position, asset), storage('commit a picture', over));
  }

  async function endJob(jobId: string): Promise<void> {
    const set = await retryUntilAvailable(() => store.getImages(jobId), storage('read the pictures of a job'));
    const assets = (set?.pictures ?? []).flatMap(({ asset }) => (asset ? [asset] : []));
    await retryUntilAvailable(
      () =>
        store.changeJob(jobId, (job, now) =>
          assets.length > 0 ? complete(job, assets, now) : failSaving(job, 'download_failed', now),
        ),
      storage('commit the end of a job'),
    );
    const sources = (set?.pictures ?? []).flatMap(({ source }) => ('key' in source ? [source.key] : []));
    await fileTracker.deleteNow(sources);
    log.info({ job_id: jobId, images: assets.length }, 'job saved');
  }

  function storage(task: string, signal = draining.signal) {
    return { clock, log, task, signal };
  }

  async function saveSafely(jobId: string): Promise<void> {
    try {
      await saveJob(jobId);
    } catch (err) {
      const job = await store.getJob(jobId).catch(() => undefined);
      if (draining.signal.aborted || job === null || (job && !isSaving(job.state))) return;
      log.error({ err, job_id: jobId }, 'a job failed by a fault of ours');
      await retryUntilAvailable(
        () => store.changeJob(jobId, (current, now) => failSaving(current, 'internal', now)),
        storage('commit the failure of a job'),
      ).catch((error: unknown) => {
        log.error({ err: error, job_id: jobId }, 'and its end could not be committed');
      });
    }
  }

  return {
    save(jobId) {
      if (running.has(jobId)) return;
      running.set(
        jobId,
        saveSafely(jobId).finally(() => running.delete(jobId)),
      );
    },
    async drain() {
      draining.abort();
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}

function describe({ bytes, ...picture }: ResultImage): Omit<StoredAsset, 'key'> {
  return { ...picture, bytes: bytes.length };
}
