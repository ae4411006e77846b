import type { LookupFunction } from 'node:net';
import { availableParallelism } from 'node:os';
import PQueue from 'p-queue';
import type { Clock } from '../clock.ts';
import type { Family } from '../job/model-family.ts';
import { explainUnreadable, findExcess, UPLOAD_DECODE_BYTES_MAX } from './check-upload.ts';
import { type CompressSettings, compress, encodeBytes } from './compress.ts';
import { createDecodeBudget } from './decode-budget.ts';
import { createDownload, type StartDeadline } from './download.ts';
import { readHeader } from './image-header.ts';
import { type ImageProcessor, UnreadableImageError } from './image-processor.ts';
import { prepareUpload } from './prepare-upload.ts';

export interface ImageProcessorSettings extends Omit<CompressSettings, 'maxEdge'> {
  /** Pixels of the longer side of a result, by model family. */
  maxEdge: Record<Family, number>;
  /** Milliseconds to download one result image, for the whole exchange. */
  downloadTimeoutMs: number;
  /** Most bytes of one result image. */
  downloadMaxBytes: number;
  /** Origin of the provider's API: the only one that may have a private address. */
  trustedOrigin: string;
  /** Name resolution; default: the system's. */
  lookup?: LookupFunction;
  startDeadline: StartDeadline;
  clock: Pick<Clock, 'sleep'>;
  /** Images decoded at once, which bounds CPU; default: one per core. */
  concurrency?: number;
}

/** Estimated bytes of all decoding at once: with request bodies and the process itself, memory stays below 1 GiB. */
const DECODE_BYTES_MAX = 448 * 1_048_576;

/** An upload that waits longer is refused with a time to retry, before a proxy gives up on it. */
const UPLOAD_WAIT_MS = 55_000;

/** All image operations of Darkroom, within the given bounds. */
export function createImageProcessor(settings: ImageProcessorSettings): ImageProcessor {
  const slots = settings.concurrency ?? availableParallelism();
  const budget = createDecodeBudget({
    totalBytes: DECODE_BYTES_MAX,
    uploadBytes: UPLOAD_DECODE_BYTES_MAX,
    slots,
    uploadSlots: Math.max(1, slots - 1),
    uploadWaitMs: UPLOAD_WAIT_MS,
    clock: settings.clock,
  });
  // One result header and one upload header are read at a time, so that they take at most two of libuv's threads.
  const resultHeaders = new PQueue({ concurrency: 1 });
  const uploadHeaders = new PQueue({ concurrency: 1 });

  return {
    download: createDownload({
      timeoutMs: settings.downloadTimeoutMs,
      maxBytes: settings.downloadMaxBytes,
      trustedOrigin: settings.trustedOrigin,
      lookup: settings.lookup,
      startDeadline: settings.startDeadline,
    }),
    async compress(bytes, label, family = 'image-01') {
      const compression = { ...settings, maxEdge: settings.maxEdge[family] };
      const header = await resultHeaders.add(() => readHeader(bytes));
      const memoryBytes = (header?.decodeBytes ?? 0) + encodeBytes(compression, header);
      return budget.run('result', memoryBytes, () => compress(bytes, header, label, compression));
    },
    async prepareUpload(bytes) {
      const header = await uploadHeaders.add(() => readHeader(bytes));
      if (!header) throw new UnreadableImageError(explainUnreadable(bytes));
      const excess = findExcess(header, bytes);
      if (excess) throw new UnreadableImageError(excess);
      return budget.run('upload', header.decodeBytes, () => prepareUpload(bytes, header));
    },
  };
}
