import { setTimeout as sleep } from 'node:timers/promises';
import type { FileStore } from '../files/file-store.ts';
import { DownloadError, type Picture, type Pictures, type ResultPicture } from '../pictures/pictures.ts';
import type { JobStore, PictureSet, StoredAsset, StoredPicture } from '../store/job-store.ts';
import { readFile, storeFile } from './ask-files.ts';
import type { FileLedger } from './file-ledger.ts';
import { followEnd } from './follow-end.ts';
import { complete, failSaving, isSaving } from './job-state.ts';
import { joinSignals } from './join-signals.ts';
import type { Log } from './log.ts';
import { untilItWorks } from './until-it-works.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** Failures of a picture that time will hardly mend. */
const PERMANENT_FAILURES_MAX = 3;

const EXTENSIONS: Record<Picture['contentType'], string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
};

interface Deps {
  store: JobStore;
  files: FileStore;
  ledger: Pick<FileLedger, 'whileWriting' | 'deleteNow'>;
  pictures: Pictures;
  /** Does the work when there is a place: so many pictures are fetched and worked on at once, and no more. */
  inPlace<T>(work: () => Promise<T>): Promise<T>;
  /** How long a paid picture is tried for, from its first try in this process. */
  retryForMs: number;
  /** Milliseconds that pass evenly, whatever is done to the machine's clock. */
  stopwatch(): number;
  log: Log;
}

/** What ends the work for one job. */
interface Ends {
  /** Nobody wants it any more. */
  unwanted: AbortSignal;
  /** That, or the process ends. */
  over: AbortSignal;
}

export interface PictureSaver {
  /** Fetches, compresses and keeps the pictures of a job that has its answer, in the background, unless that is so already. */
  save(jobId: string): void;
  /** What is being fetched ends; what waits to try again is left for the next start. */
  drain(): Promise<void>;
}

/** From the provider's answer to a COMPLETED job. It may be begun again at any point: what is kept is not fetched twice. */
export function createPictureSaver({
  store,
  files,
  ledger,
  pictures,
  inPlace,
  retryForMs,
  stopwatch,
  log,
}: Deps): PictureSaver {
  const draining = new AbortController();
  const running = new Map<string, Promise<void>>();

  async function saveJob(jobId: string): Promise<void> {
    const set = await untilItWorks(() => store.getPictures(jobId), storage('read the answer of a job'));
    if (!set) throw new Error(`Job ${jobId} is saving without an answer`);
    const end = await followEnd(store, jobId); // canceled or deleted meanwhile
    const over = joinSignals([draining.signal, end.signal]);
    const ends = { unwanted: end.signal, over: over.signal };
    try {
      const missing = set.pictures.filter((picture) => !picture.asset && !picture.failed);
      // All of them end before the job does, also when one is interrupted.
      const ended = await Promise.allSettled(missing.map((picture) => savePicture(jobId, set, picture, ends)));
      for (const result of ended) if (result.status === 'rejected') throw result.reason;
    } finally {
      over.part();
      end.stop();
    }
    await endJob(jobId);
  }

  async function savePicture(jobId: string, set: PictureSet, picture: StoredPicture, ends: Ends): Promise<void> {
    let deadline = Number.POSITIVE_INFINITY; // until the first try: neither a queue nor a restart uses up its time
    let permanentFailures = 0;
    let waitMs = FIRST_WAIT_MS;
    for (let tries = 1; ; tries++) {
      const failure = await inPlace(() => {
        deadline = Math.min(deadline, stopwatch() + retryForMs);
        return tryPicture(jobId, set, picture, ends);
      });
      if (!failure) return;
      if (failure.permanent) permanentFailures++;
      const leftMs = deadline - stopwatch();
      const over = failure.permanent ? permanentFailures >= PERMANENT_FAILURES_MAX : leftMs <= 0;
      log.warn(
        { job_id: jobId, position: picture.position, tries, over, reason: failure.message },
        'a picture could not be had',
      );
      if (over) {
        await endPicture(jobId, picture, null, ends);
        return;
      }
      // The last try of its time is made at the end of it.
      await sleep(leftMs > 0 ? Math.min(waitMs, leftMs) : waitMs, undefined, { signal: ends.over });
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  /** One try: the failure, or nothing once the picture is kept. */
  async function tryPicture(
    jobId: string,
    set: PictureSet,
    picture: StoredPicture,
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
      const key = `${jobId}-${picture.position}.${EXTENSIONS[ready.contentType]}`;
      const insist = (sayIt: () => Promise<void>) =>
        untilItWorks(sayIt, storage('remember what is about to be written', ends.over));
      const write = async () => {
        await untilItWorks(() => storeFile(files, key, ready.bytes), storage('keep a picture', ends.over));
        return endPicture(jobId, picture, { ...describe(ready), key }, ends);
      };
      const isKept = await ledger.whileWriting([key], write, { jobId, insist });
      if (!isKept) await ledger.deleteNow([key]); // given up or deleted meanwhile
      return undefined;
    } catch (error) {
      if (error instanceof DownloadError) return error;
      throw error;
    }
  }

  async function fetchSource({ source }: StoredPicture, { unwanted, over }: Ends): Promise<Uint8Array> {
    // A drain lets a download that has begun end: the picture is paid for.
    if ('url' in source) return pictures.download(source.url, unwanted);
    const bytes = await untilItWorks(() => readFile(files, source.key), storage('read a provider answer', over));
    if (!bytes) throw new DownloadError('the kept answer is gone', { permanent: true });
    return bytes;
  }

  async function endPicture(
    jobId: string,
    { position }: StoredPicture,
    asset: StoredAsset | null,
    { over }: Ends,
  ): Promise<boolean> {
    return untilItWorks(() => store.endPicture(jobId, position, asset), storage('commit a picture', over));
  }

  async function endJob(jobId: string): Promise<void> {
    const set = await untilItWorks(() => store.getPictures(jobId), storage('read the pictures of a job'));
    const assets = (set?.pictures ?? []).flatMap(({ asset }) => (asset ? [asset] : []));
    await untilItWorks(
      () =>
        store.changeJob(jobId, (job, now) =>
          assets.length > 0 ? complete(job, assets, now) : failSaving(job, 'download_failed', now),
        ),
      storage('commit the end of a job'),
    );
    const sources = (set?.pictures ?? []).flatMap(({ source }) => ('key' in source ? [source.key] : []));
    await ledger.deleteNow(sources);
    log.info({ job_id: jobId, images: assets.length }, 'job saved');
  }

  function storage(task: string, signal = draining.signal) {
    return { log, task, signal };
  }

  async function saveSafely(jobId: string): Promise<void> {
    try {
      await saveJob(jobId);
    } catch (err) {
      const job = await store.getJob(jobId).catch(() => undefined);
      if (draining.signal.aborted || job === null || (job && !isSaving(job.state))) return;
      log.error({ err, job_id: jobId }, 'a job failed by a fault of ours');
      await untilItWorks(
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

function describe({ bytes, ...picture }: ResultPicture): Omit<StoredAsset, 'key'> {
  return { ...picture, bytes: bytes.length };
}
