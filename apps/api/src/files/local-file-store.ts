import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../clock.ts';
import { contentTypeOf, isFileKey } from './file-key.ts';
import type { FileStore } from './file-store.ts';

interface LocalFileStoreDeps {
  /** Created if missing. Several processes may share it, on a file system where a rename is atomic for all of them. */
  dir: string;
  /** Id of the writer, by which this store's partial files are recognised. Default: a new id. */
  writer?: string;
  /** No other process uses the folder: every partial file there was left by a process that has ended. */
  isSingleProcess?: boolean;
  clock: Pick<Clock, 'now'>;
}

/** Name of the file that holds the owner's id, beside the subfolders: no key leads there. */
const OWNER_FILE = 'owner';
/** A disk without room for this many bytes is full. */
const PING_BYTES = 64 * 1024;
/**
 * No write of one file takes this long: an older partial file is abandoned, even if its name does not tell its writer.
 */
const ABANDONED_MS = 10 * 60 * 1_000;
/** Separates the writer's id from the rest of a partial file's name. */
const WRITER_SEPARATOR = '~';

/** Stores files in a folder, spread over 256 subfolders by a hash of the key. */
export async function createLocalFileStore({
  dir,
  writer = randomUUID(),
  isSingleProcess = false,
  clock,
}: LocalFileStoreDeps): Promise<FileStore> {
  const writingDir = join(dir, 'writing');
  await mkdir(writingDir, { recursive: true });
  await removeAbandoned(writingDir, isSingleProcess, clock.now());
  await syncFolder(dirname(dir));

  const shardOf = (key: string) => join(dir, createHash('sha256').update(key).digest('hex').slice(0, 2));
  const partialPath = () => join(writingDir, `${writer}${WRITER_SEPARATOR}${randomUUID()}`);
  const pathOf = (key: string) => join(shardOf(key), key);

  /** Writes a file atomically into a folder that is created if missing. Durable once it resolves. */
  async function replace(folder: string, name: string, bytes: Uint8Array): Promise<void> {
    const partial = partialPath();
    await mkdir(writingDir, { recursive: true }); // the folder may have been emptied
    try {
      await writeSynced(partial, bytes);
      await mkdir(folder, { recursive: true });
      await rename(partial, join(folder, name));
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    await syncFolder(folder);
  }

  return {
    async put(key, bytes) {
      if (!isFileKey(key)) throw new TypeError(`not a file key: ${JSON.stringify(key)}`);
      await replace(shardOf(key), key, bytes);
      await syncFolder(dir);
    },

    async read(key) {
      return isFileKey(key) ? await unlessMissing(readFile(pathOf(key))) : null;
    },

    async open(key) {
      const file = isFileKey(key) ? await unlessMissing(open(pathOf(key))) : null;
      if (!file) return null;
      try {
        const { size, mtimeNs, ino } = await file.stat({ bigint: true });
        return {
          stream: file.createReadStream(),
          bytes: Number(size),
          contentType: contentTypeOf(key),
          // Two versions may share size and time, but never the inode: both exist while one replaces the other.
          etag: `"${[size, mtimeNs, ino].map((part) => part.toString(36)).join('-')}"`,
        };
      } catch (error) {
        await file.close();
        throw error;
      }
    },

    async delete(keys) {
      const shards = new Set<string>();
      for (const key of keys.filter(isFileKey)) {
        if (await unlessMissing(unlink(pathOf(key)).then(() => true))) shards.add(shardOf(key));
      }
      // Without this a file might be back after a power cut, and no record would say that it has to be deleted.
      for (const shard of shards) await syncFolder(shard);
    },

    async removePartialFiles(endedOf) {
      const names = (await unlessMissing(readdir(writingDir))) ?? [];
      const writers = new Set(
        names.flatMap((name) =>
          name.includes(WRITER_SEPARATOR) ? [name.slice(0, name.indexOf(WRITER_SEPARATOR))] : [],
        ),
      );
      writers.delete(writer);
      const ended = new Set(await endedOf([...writers]));
      for (const name of names) {
        if (ended.has(name.slice(0, name.indexOf(WRITER_SEPARATOR)))) await rm(join(writingDir, name), { force: true });
      }
    },

    async claim(deploymentId) {
      const owner = await unlessMissing(readFile(join(dir, OWNER_FILE), 'utf8'));
      if (owner === null) await replace(dir, OWNER_FILE, Buffer.from(deploymentId));
      return owner ?? deploymentId;
    },

    async *list() {
      for (const shard of await readdir(dir)) {
        if (!/^[0-9a-f]{2}$/.test(shard)) continue;
        for (const key of await readdir(join(dir, shard))) {
          const stats = await unlessMissing(stat(join(dir, shard, key)));
          if (stats) yield { key, modifiedAt: stats.mtime };
        }
      }
    },

    async ping() {
      const partial = partialPath();
      await mkdir(writingDir, { recursive: true });
      try {
        await writeSynced(partial, Buffer.alloc(PING_BYTES));
      } finally {
        await rm(partial, { force: true });
      }
    },
  };
}

async function removeAbandoned(writingDir: string, isSingleProcess: boolean, now: number): Promise<void> {
  for (const name of await readdir(writingDir)) {
    const file = join(writingDir, name);
    const stats = await unlessMissing(stat(file)); // its writer may finish at this moment
    const isAbandoned = stats && (isSingleProcess || stats.mtimeMs < now - ABANDONED_MS);
    if (isAbandoned) await rm(file, { force: true });
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is durable once its folder is synced. Windows cannot open folders, and does not need this step. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function unlessMissing<T>(result: Promise<T>): Promise<T | null> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
