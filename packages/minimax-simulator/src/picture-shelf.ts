import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where drawn pictures wait to be fetched. */
export interface PictureShelf {
  put(pictureId: string, jpeg: Buffer): Promise<void>;
  get(pictureId: string): Promise<Buffer | undefined>;
}

const MEMORY_LIMIT_BYTES = 128 * 1024 * 1024;
const KEEP_MS = 24 * 60 * 60 * 1000;

/** In memory; the oldest pictures give way. */
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

/** In a folder, so that links outlive the process; pictures whose links have expired are removed when it is opened. */
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
