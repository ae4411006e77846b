import type { LookupFunction } from 'node:net';
import { availableParallelism } from 'node:os';
import PQueue from 'p-queue';
import { type CompressSettings, compress } from './compress.ts';
import { createDownload, type StartDeadline } from './download.ts';
import type { Pictures } from './pictures.ts';
import { prepareUpload } from './prepare-upload.ts';

export interface PicturesSettings extends CompressSettings {
  /** Milliseconds for one result picture, whole exchange. */
  downloadTimeoutMs: number;
  /** Bytes of one result picture. */
  downloadMaxBytes: number;
  /** Origin of the provider's API: the only place that may have a private address. */
  trustedOrigin: string;
  /** How names are resolved; the system's way by default. */
  lookup?: LookupFunction;
  startDeadline: StartDeadline;
  /** Pictures decoded at once, which bounds CPU and memory; by default one a core. */
  concurrency?: number;
}

/** Everything that Darkroom does with pictures, within the given bounds. */
export function createPictures(settings: PicturesSettings): Pictures {
  const queue = new PQueue({ concurrency: settings.concurrency ?? availableParallelism() });
  return {
    download: createDownload({
      timeoutMs: settings.downloadTimeoutMs,
      maxBytes: settings.downloadMaxBytes,
      trustedOrigin: settings.trustedOrigin,
      lookup: settings.lookup,
      startDeadline: settings.startDeadline,
    }),
    compress: (bytes, label) => queue.add(() => compress(bytes, label, settings)),
    prepareUpload: (bytes) => queue.add(() => prepareUpload(bytes)),
  };
}
