import type { Sharp } from 'sharp';
import { type ImageFormat, MEDIA_TYPES, type ResultFormat, resultTypeOf } from '../media-types.ts';
import type { ImageHeader } from './image-header.ts';
import { DownloadError, type LabelIds, type ProcessedImage, type ResultImage } from './image-processor.ts';
import { sniff } from './inspect.ts';
import { labelledXmp } from './label.ts';
import { openImage, readSize } from './open-image.ts';
import { makePlaceholder } from './placeholder.ts';

export interface CompressSettings {
  /** `original` leaves every image as received. */
  format: ImageFormat;
  /** 1 to 100. */
  quality: number;
  /** Pixels of the longer edge. */
  maxEdge: number;
  aigcPropagator: string;
}

/** Compresses one result image. `header` is null if it cannot be read. See `ImageProcessor.compress`. */
export async function compress(
  bytes: Uint8Array,
  header: ImageHeader | null,
  label: LabelIds,
  settings: CompressSettings,
): Promise<ResultImage> {
  const contentType = sniff(bytes);
  if (contentType === null || !MEDIA_TYPES[contentType].isResult) {
    throw new DownloadError('the bytes are not a JPEG, PNG or WebP', { permanent: true });
  }
  const placeholder = await makePlaceholder(bytes);
  // An image was paid for: it is delivered even if sharp rejects it.
  const { format } = settings;
  const isReencoded = format !== 'original' && header !== null;
  const smaller = isReencoded ? await reencode(bytes, header, label, format, settings).catch(() => null) : null;
  if (smaller) return { ...smaller, placeholder };
  const size = await readSize(bytes);
  const { width, height } = size ?? { width: null, height: null };
  return { bytes, contentType, width, height, compressed: false, placeholder };
}

export interface Encoder {
  /** Bytes of memory that it takes per pixel that it writes. */
  bytesPerPixel: number;
  /** `quality` is 1 to 100. */
  encode(image: Sharp, quality: number): Sharp;
}

export const ENCODERS: Record<ResultFormat, Encoder> = {
  jpeg: {
    bytesPerPixel: 6,
    // mozjpeg's settings cost 2.6 times the CPU for the same images.
    encode: (image, quality) => image.flatten({ background: 'white' }).jpeg({ quality, mozjpeg: false }),
  },
  webp: { bytesPerPixel: 6, encode: (image, quality) => image.webp({ quality }) },
  avif: { bytesPerPixel: 48, encode: (image, quality) => image.avif({ quality }) },
};

/** Estimated bytes of memory that encoding a result takes. */
export function encodeBytes({ format, maxEdge }: CompressSettings, header: ImageHeader | null): number {
  if (format === 'original') return 0;
  return Math.min(header?.pixels ?? 0, maxEdge * maxEdge) * ENCODERS[format].bytesPerPixel;
}

/** Null when the image would get no smaller and needs no rotation. */
async function reencode(
  bytes: Uint8Array,
  { metadata }: ImageHeader,
  label: LabelIds,
  format: ResultFormat,
  { quality, maxEdge, aigcPropagator }: CompressSettings,
): Promise<ProcessedImage | null> {
  const image = openImage(bytes, 'warning');
  const isRotated = (metadata.orientation ?? 1) !== 1;

  const resized = image
    .resize({ width: maxEdge, height: maxEdge, fit: 'inside', withoutEnlargement: true })
    .withXmp(labelledXmp(metadata, { ...label, propagator: aigcPropagator }));
  const { data, info } = await ENCODERS[format].encode(resized, quality).toBuffer({ resolveWithObject: true });

  if (data.byteLength >= bytes.byteLength && !isRotated) return null;
  return {
    bytes: data,
    contentType: resultTypeOf(format),
    width: info.width,
    height: info.height,
    compressed: true,
  };
}
