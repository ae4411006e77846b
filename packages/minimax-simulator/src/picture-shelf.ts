import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Storage of generated images until they are downloaded. */
export interface PictureShelf {
  put(pictureId: string, jpeg: Buffer): Promise<void>;
  get(pictureId: string): Promise<Buffer | undefined>;
}

const MEMORY_LIMIT_BYTES = 128 * 1024 * 1024;
/** Images are kept as long as their links are valid: 24 hours. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** Stores images in memory. Beyond `limitBytes` the oldest are removed. */
export function createMemoryShelf(limitBytes = MEMORY_LIMIT_BYTES): PictureShelf {
  const pictures = new Map<string, Buffer>();
  let bytes = 0;

  return {
    async put(pictureId, jpeg) {
      pictures.set(pictureId, jpeg);
      bytes += jpeg.length;
      for (const [oldestId, oldest] of pictures) {
        if (bytes <= limitBytes) break;
        pictures.delete(oldestId);
        bytes -= oldest.length;
      }
    },
    get: async (pictureId) => pictures.get(pictureId),
  };
}

/**
 * Stores images in a folder, so that links survive a restart. Images with expired links are removed when it is opened.
 */
export async function openFolderShelf(folder: string, now: () => number): Promise<PictureShelf> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await stat(path)).mtimeMs < now() - KEEP_MS) await rm(path);
  }
  const pathOf = (pictureId: string) => join(folder, `${pictureId}.jpeg`);

  return {
    put: (pictureId, jpeg) => writeFile(pathOf(pictureId), jpeg),
    get: (pictureId) => readFile(pathOf(pictureId)).catch(() => undefined),
  };
}
