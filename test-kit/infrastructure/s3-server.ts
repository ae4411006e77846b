import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import PQueue from 'p-queue';
import S3rver from 's3rver';

export interface BucketSettings {
  bucket: string;
  region: string;
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

export interface S3Server {
  /** Creates the bucket, or keeps the existing one; returns the settings for its use. */
  createBucket(name: string): Promise<BucketSettings>;
  close(): Promise<void>;
}

/** The same settings as environment variables. */
export function bucketSettings({ bucket, endpoint, region, credentials }: BucketSettings) {
  return {
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

/** The only credentials that s3rver accepts. */
const CREDENTIALS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
/** Far below the thousand of real stores, so that few objects fill several pages. */
const PAGE_SIZE = 7;

/** Starts an S3 store on loopback whose objects are kept in this folder. Port 0 selects a free one. */
export async function startS3({ dir, port = 0 }: { dir: string; port?: number }): Promise<S3Server> {
  const directory = path.join(dir, 'buckets');
  await mkdir(directory, { recursive: true });
  const server = new S3rver({ address: '127.0.0.1', port, silent: true, directory });
  // s3rver's types omit the store.
  const { store } = server as unknown as { store: ObjectStore };
  keepObjectsWhole(store, path.join(dir, 'writing'));
  const address = await server.run();
  const endpoint = `http://127.0.0.1:${address.port}`;
  return {
    async createBucket(bucket) {
      await store.putBucket(bucket);
      return { bucket, region: 'us-east-1', endpoint, credentials: CREDENTIALS };
    },
    close: () => server.close(),
  };
}

interface ObjectStore {
  putBucket(bucket: string): Promise<unknown>;
  getResourcePath(bucket: string, key: string, resource: 'object'): string;
  putMetadata(bucket: string, key: string, metadata: object, md5: string): Promise<void>;
  putObject(object: {
    bucket: string;
    key: string;
    content: Buffer | Readable;
    metadata: object;
  }): Promise<{ size: number; md5: string }>;
  getObject(...args: unknown[]): Promise<unknown>;
  deleteObject(...args: unknown[]): Promise<void>;
  listObjects(bucket: string, options: { maxKeys: number }): Promise<unknown>;
}

/**
 * S3 never returns a half-written object. s3rver writes into the file that readers open, and answers before the write
 * is complete.
 */
function keepObjectsWhole(store: ObjectStore, written: string): void {
  const mutex = new PQueue({ concurrency: 1 });
  const getObject = store.getObject.bind(store);
  const deleteObject = store.deleteObject.bind(store);
  const listObjects = store.listObjects.bind(store);

  store.putObject = async ({ bucket, key, content, metadata }) => {
    const bytes = Buffer.isBuffer(content) ? content : await buffer(content);
    const md5 = createHash('md5').update(bytes).digest('hex');
    const file = store.getResourcePath(bucket, key, 'object');
    await mutex.add(async () => {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(written, bytes);
      await rename(written, file);
      await store.putMetadata(bucket, key, metadata, md5);
    });
    return { size: bytes.length, md5 };
  };
  store.getObject = (...args) => mutex.add(() => getObject(...args));
  store.deleteObject = (...args) => mutex.add(() => deleteObject(...args)); // it also removes empty folders
  store.listObjects = (bucket, options) =>
    listObjects(bucket, { ...options, maxKeys: Math.min(options.maxKeys, PAGE_SIZE) });
}
