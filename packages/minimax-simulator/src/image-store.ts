import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Storage of generated images until they are downloaded. */
export interface ImageStore {
  put(imageId: string, jpeg: Buffer): Promise<void>;
  get(imageId: string): Promise<Buffer | undefined>;
}

const MEMORY_LIMIT_BYTES = 128 * 1024 * 1024;
/** Images are kept as long as their links are valid: 24 hours. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** Stores images in memory. Beyond `limitBytes` the oldest are removed. */
export function createMemoryStore(limitBytes = MEMORY_LIMIT_BYTES): ImageStore {
  const images = new Map<string, Buffer>();
  let bytes = 0;

  return {
    async put(imageId, jpeg) {
      images.set(imageId, jpeg);
      bytes += jpeg.length;
      for (const [oldestId, oldest] of images) {
        if (bytes <= limitBytes) break;
        images.delete(oldestId);
        bytes -= oldest.length;
      }
    },
    get: async (imageId) => images.get(imageId),
  };
}

/**
 * Stores images in a folder, so that links survive a restart. Images with expired links are removed when it is opened.
 */
export async function openFolderStore(folder: string, now: () => number): Promise<ImageStore> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await stat(path)).mtimeMs < now() - KEEP_MS) await rm(path);
  }
  const pathOf = (imageId: string) => join(folder, `${imageId}.jpeg`);

  return {
    put: (imageId, jpeg) => writeFile(pathOf(imageId), jpeg),
    get: (imageId) => readFile(pathOf(imageId)).catch(() => undefined),
  };
}
