import type { Sharp } from 'sharp';
import { type ImageFormat, MEDIA_TYPES, type ResultFormat, resultTypeOf } from '../media-types.ts';
import type { PictureHeader } from './image-header.ts';
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
  header: PictureHeader | null,
  label: LabelIds,
  settings: CompressSettings,
): Promise<ResultImage> {
  const contentType = sniff(bytes);
  if (contentType === null || !MEDIA_TYPES[contentType].isResult) {
    throw new DownloadError('the bytes begin as no JPEG, PNG or WebP', { permanent: true });
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
  encode(picture: Sharp, quality: number): Sharp;
}

export const ENCODERS: Record<ResultFormat, Encoder> = {
  jpeg: {
    bytesPerPixel: 6,
    // mozjpeg's settings cost 2.6 times the CPU for the same images.
    encode: (picture, quality) => picture.flatten({ background: 'white' }).jpeg({ quality, mozjpeg: false }),
  },
  webp: { bytesPerPixel: 6, encode: (picture, quality) => picture.webp({ quality }) },
  avif: { bytesPerPixel: 48, encode: (picture, quality) => picture.avif({ quality }) },
};

/** Estimated bytes of memory that encoding a result takes. */
export function encodeBytes({ format, maxEdge }: CompressSettings, header: PictureHeader | null): number {
  if (format === 'original') return 0;
  return Math.min(header?.pixels ?? 0, maxEdge * maxEdge) * ENCODERS[format].bytesPerPixel;
}

/** Null when the image would get no smaller and needs no rotation. */
async function reencode(
  bytes: Uint8Array,
  { metadata }: PictureHeader,
  label: LabelIds,
  format: ResultFormat,
  { quality, maxEdge, aigcPropagator }: CompressSettings,
): Promise<ProcessedImage | null> {
  const picture = openImage(bytes, 'warning');
  const turned = (metadata.orientation ?? 1) !== 1;

  const fitted = picture
    .resize({ width: maxEdge, height: maxEdge, fit: 'inside', withoutEnlargement: true })
    .withXmp(labelledXmp(metadata, { ...label, propagator: aigcPropagator }));
  const { data, info } = await ENCODERS[format].encode(fitted, quality).toBuffer({ resolveWithObject: true });

  if (data.byteLength >= bytes.byteLength && !turned) return null;
  return {
    bytes: data,
    contentType: resultTypeOf(format),
    width: info.width,
    height: info.height,
    compressed: true,
  };
}
