import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Drawing } from './drawing.ts';

/** Storage of images until they are downloaded. */
export interface ImageStore {
  /** Stores an image, or the drawing that it is made from at its first download. */
  put(imageId: string, image: Buffer | Drawing): Promise<void>;
  /** The bytes of an image; undefined if it was removed or never stored. */
  get(imageId: string): Promise<Buffer | undefined>;
}

/** Makes the bytes of an image. */
export type Draw = (drawing: Drawing) => Promise<Buffer>;

const MEMORY_LIMIT_BYTES = 128 * 1024 * 1024;
/** Images are kept as long as their links are valid: 24 hours. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** Stores images in memory. Beyond `limitBytes` the oldest are removed. */
export function createMemoryStore(draw: Draw, limitBytes = MEMORY_LIMIT_BYTES): ImageStore {
  const images = new Map<string, Buffer | Drawing>();
  let bytes = 0;

  function put(imageId: string, image: Buffer | Drawing): void {
    remove(imageId);
    images.set(imageId, image);
    bytes += bytesOf(image);
    for (const oldestId of images.keys()) {
      if (bytes <= limitBytes) break;
      remove(oldestId);
    }
  }

  function remove(imageId: string): void {
    const image = images.get(imageId);
    if (image) bytes -= bytesOf(image);
    images.delete(imageId);
  }

  return {
    put: async (imageId, image) => put(imageId, image),
    async get(imageId) {
      const image = images.get(imageId);
      if (image === undefined || Buffer.isBuffer(image)) return image;
      const drawn = await draw(image);
      put(imageId, drawn);
      return drawn;
    },
  };
}

function bytesOf(image: Buffer | Drawing): number {
  if (Buffer.isBuffer(image)) return image.length;
  return image.references.reduce((sum, thumbnail) => sum + (thumbnail?.length ?? 0), image.prompt.length);
}

/**
 * Stores images in a folder, so that links survive a restart. Images with expired links are removed when it is opened.
 */
export async function openFolderStore(folder: string, draw: Draw, now: () => number): Promise<ImageStore> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await stat(path)).mtimeMs < now() - KEEP_MS) await rm(path);
  }
  // The extension is the same for every format: the bytes tell it.
  const imagePath = (imageId: string) => join(folder, `${imageId}.jpeg`);
  const drawingPath = (imageId: string) => join(folder, `${imageId}.json`);

  return {
    put: (imageId, image) =>
      Buffer.isBuffer(image)
        ? writeFile(imagePath(imageId), image)
        : writeFile(drawingPath(imageId), JSON.stringify(image)),
    async get(imageId) {
      const image = await readFile(imagePath(imageId)).catch(() => undefined);
      if (image) return image;
      const json = await readFile(drawingPath(imageId), 'utf8').catch(() => undefined);
      if (json === undefined) return undefined;
      const drawn = await draw(Drawing.parse(JSON.parse(json)));
      await writeFile(imagePath(imageId), drawn);
      return drawn;
    },
  };
}
