import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import type { GetObjectCommandOutput, ListObjectsCommandOutput } from '@aws-sdk/client-s3';
import { type Clock, callAfter } from '../clock.ts';
import { storageUnavailable } from '../retry/retry-after.ts';
import { contentTypeOf, isFileKey } from './file-key.ts';
import type { FileStore, StoredFile } from './file-store.ts';
import { createS3Client, type S3Limits, type S3Settings } from './s3-client.ts';

/** Prefix of every key, so that the bucket may hold other objects as well. */
const FILES_PREFIX = 'darkroom/files/';
/** One key for all processes, so that killed processes leave at most one object behind. */
const PING_KEY = 'darkroom/pings/ping';
const OWNER_KEY = 'darkroom/owner';

/** Bound on one exchange with all its tries and its body; for a download, on the time until it starts. */
const EXCHANGE_TIMEOUT_MS = 45_000;
/** Pings and starts need an answer soon. */
const PROMPT_TIMEOUT_MS = 5_000;
const PING_BYTES = 1_024;
/**
 * Each deletion is an exchange of its own: for bulk deletions stores require checksums, which differ between stores.
 */
const DELETIONS_AT_ONCE = 16;

/** Stores files in an S3 bucket. Any fault (network, credentials, missing bucket) rejects as `unavailable`. */
export async function createS3FileStore(
  settings: S3Settings,
  clock: Pick<Clock, 'sleep'>,
  limits: S3Limits = {},
): Promise<FileStore> {
  const s3 = await createS3Client(settings, limits);
  const objectOf = (key: string) => ({ Bucket: settings.bucket, Key: FILES_PREFIX + key });

  async function get(key: string, abortSignal: AbortSignal): Promise<StoredFile | null> {
    const object = await unlessMissing(s3.getObject(objectOf(key), { abortSignal }));
    return object && { ...readObject(object), contentType: contentTypeOf(key) };
  }

  /** Runs the work within a time limit. Every failure rejects as `unavailable`. */
  async function withTimeout<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timeout = new AbortController(); // AbortSignal.timeout would also end a download that continues after it
    const cancelTimer = callAfter(clock, timeoutMs, () =>
      timeout.abort(new Error(`S3 took longer than ${timeoutMs} ms`)),
    );
    try {
      return await work(timeout.signal);
    } catch (cause) {
      throw storageUnavailable(cause);
    } finally {
      cancelTimer();
    }
  }

  function listAfter(marker: string): Promise<ListObjectsCommandOutput> {
    return withTimeout(EXCHANGE_TIMEOUT_MS, (abortSignal) =>
      // Listing version 1: COS documents no other, and OBS repeats the first page of version 2 forever.
      s3.listObjects({ Bucket: settings.bucket, Prefix: FILES_PREFIX, Marker: marker }, { abortSignal }),
    );
  }

  return {
    async put(key, bytes) {
      if (!isFileKey(key)) throw new TypeError(`not a file key: ${JSON.stringify(key)}`);
      await withTimeout(EXCHANGE_TIMEOUT_MS, (abortSignal) =>
        s3.putObject({ ...objectOf(key), Body: bytes, ContentType: contentTypeOf(key) }, { abortSignal }),
      );
    },

    async read(key) {
      if (!isFileKey(key)) return null;
      return withTimeout(EXCHANGE_TIMEOUT_MS, async (abortSignal) => {
        const file = await get(key, abortSignal);
        return file && (await buffer(file.stream));
      });
    },

    async open(key) {
      return isFileKey(key) ? withTimeout(EXCHANGE_TIMEOUT_MS, (abortSignal) => get(key, abortSignal)) : null;
    },

    async delete(keys) {
      const known = keys.filter(isFileKey);
      for (let from = 0; from < known.length; from += DELETIONS_AT_ONCE) {
        const batch = known.slice(from, from + DELETIONS_AT_ONCE);
        await withTimeout(EXCHANGE_TIMEOUT_MS, (abortSignal) =>
          Promise.all(batch.map((key) => s3.deleteObject(objectOf(key), { abortSignal }))),
        );
      }
    },

    async claim(deploymentId) {
      const marker = { Bucket: settings.bucket, Key: OWNER_KEY };
      return withTimeout(PROMPT_TIMEOUT_MS, async (abortSignal) => {
        const owner = await unlessMissing(s3.getObject(marker, { abortSignal }));
        if (owner) return text(readObject(owner).stream);
        await s3.putObject({ ...marker, Body: deploymentId }, { abortSignal });
        return deploymentId;
      });
    },

    async *list() {
      for (let marker = '', hasMore = true; hasMore; ) {
        const { Contents = [], IsTruncated } = await listAfter(marker);
        for (const { Key = '', LastModified } of Contents) {
          const key = Key.slice(FILES_PREFIX.length);
          if (LastModified && isFileKey(key)) yield { key, modifiedAt: LastModified };
          marker = Key; // NextMarker may be missing, and is not always a key
        }
        hasMore = IsTruncated === true && Contents.length > 0;
      }
    },

    async removePartialFiles() {
      // Nothing to remove: an object is complete or absent.
    },

    async ping() {
      const ping = { Bucket: settings.bucket, Key: PING_KEY };
      await withTimeout(PROMPT_TIMEOUT_MS, async (abortSignal) => {
        await s3.putObject({ ...ping, Body: Buffer.alloc(PING_BYTES) }, { abortSignal });
        await s3.deleteObject(ping, { abortSignal });
      });
    },
  };
}

function readObject({ Body, ContentLength, ETag }: GetObjectCommandOutput): Omit<StoredFile, 'contentType'> {
  if (!(Body instanceof Readable) || ContentLength === undefined || ETag === undefined) {
    throw new Error('The store returned an object without body, length or ETag');
  }
  return { stream: Body, bytes: ContentLength, etag: ETag };
}

/** Null if the object is missing. A missing bucket is an error. */
async function unlessMissing<T>(result: Promise<T>): Promise<T | null> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return null;
    throw error;
  }
}
