import type { Sharp } from 'sharp';
import type { PictureHeader } from './image-header.ts';
import { DownloadError, type LabelIds, type ProcessedImage, type ResultImage } from './image-processor.ts';
import { sniff } from './inspect.ts';
import { labelledXmp } from './label.ts';
import { openImage, readSize } from './open-image.ts';
import { makePlaceholder } from './placeholder.ts';

export type ImageFormat = 'jpeg' | 'webp' | 'avif' | 'original';

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
  if (contentType === null || contentType === 'image/avif') {
    throw new DownloadError('the bytes begin as no JPEG, PNG or WebP', { permanent: true });
  }
  const placeholder = await makePlaceholder(bytes);
  // An image was paid for: it is delivered even if sharp rejects it.
  const isReencoded = settings.format !== 'original' && header !== null;
  const smaller = isReencoded ? await reencode(bytes, header, label, settings).catch(() => null) : null;
  if (smaller) return { ...smaller, placeholder };
  const size = await readSize(bytes);
  const { width, height } = size ?? { width: null, height: null };
  return { bytes, contentType, width, height, compressed: false, placeholder };
}

/** Bytes of memory that an encoder takes per pixel that it writes. */
const ENCODE_BYTES_PER_PIXEL: Record<ImageFormat, number> = { jpeg: 6, webp: 6, avif: 48, original: 0 };

/** Estimated bytes of memory that encoding a result takes. */
export function encodeBytes({ format, maxEdge }: CompressSettings, header: PictureHeader | null): number {
  return Math.min(header?.pixels ?? 0, maxEdge * maxEdge) * ENCODE_BYTES_PER_PIXEL[format];
}

/** Null when the image would get no smaller and needs no rotation. */
async function reencode(
  bytes: Uint8Array,
  { metadata }: PictureHeader,
  label: LabelIds,
  settings: CompressSettings,
): Promise<ProcessedImage | null> {
  const { maxEdge, aigcPropagator } = settings;
  const picture = openImage(bytes, 'warning');
  const turned = (metadata.orientation ?? 1) !== 1;

  const { data, info } = await encode(
    picture
      .resize({ width: maxEdge, height: maxEdge, fit: 'inside', withoutEnlargement: true })
      .withXmp(labelledXmp(metadata, { ...label, propagator: aigcPropagator })),
    settings,
  ).toBuffer({ resolveWithObject: true });

  if (data.byteLength >= bytes.byteLength && !turned) return null;
  return {
    bytes: data,
    contentType: settings.format === 'webp' ? 'image/webp' : settings.format === 'avif' ? 'image/avif' : 'image/jpeg',
    width: info.width,
    height: info.height,
    compressed: true,
  };
}

function encode(picture: Sharp, { format, quality }: CompressSettings): Sharp {
  if (format === 'webp') return picture.webp({ quality });
  if (format === 'avif') return picture.avif({ quality });
  // mozjpeg's settings cost 2.6 times the CPU for the same images.
  return picture.flatten({ background: 'white' }).jpeg({ quality, mozjpeg: false });
}
