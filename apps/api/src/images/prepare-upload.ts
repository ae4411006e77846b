import { REFERENCE_BYTES_LIMIT } from '@darkroom/contracts/limits';
import sharp, { type Sharp } from 'sharp';
import { explainUndecodable } from './check-upload.ts';
import type { ImageHeader } from './image-header.ts';
import { type ImageProcessor, UnreadableImageError } from './image-processor.ts';
import { openImage } from './open-image.ts';

/**
 * Pixels of the longer edge, tried in order. Four uncompressed channels of 1448 x 1448 are 8.4 MB, so the second always
 * fits; only a noisy PNG needs it.
 */
const UPLOAD_EDGES = [2048, 1448] as const;

type PreparedUpload = Awaited<ReturnType<ImageProcessor['prepareUpload']>>;

/** Converts an upload whose header was checked to what the provider accepts; see `ImageProcessor.prepareUpload`. */
export async function prepareUpload(bytes: Uint8Array, { pixels: headerPixels }: ImageHeader): Promise<PreparedUpload> {
  try {
    const pixels = await decode(bytes, headerPixels);
    const transparent = hasTransparency(pixels);
    for (const edge of UPLOAD_EDGES) {
      const upload = await encode(pixels, transparent, edge);
      if (upload.bytes.byteLength < REFERENCE_BYTES_LIMIT) return upload;
    }
  } catch (error) {
    throw new UnreadableImageError(explainUndecodable(bytes, error), { cause: error });
  }
  throw new Error(`an upload could not be encoded below ${REFERENCE_BYTES_LIMIT} bytes`);
}

/** Red, green, blue and alpha, eight bits each, row by row. */
interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
}

/** Decodes once, however often the pixels are encoded. */
async function decode(bytes: Uint8Array, pixelsMax: number): Promise<Pixels> {
  const { data, info } = await resizeWithin(openImage(bytes, 'error', pixelsMax), UPLOAD_EDGES[0])
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function hasTransparency({ data }: Pixels): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true;
  return false;
}

async function encode({ data, width, height }: Pixels, transparent: boolean, edge: number): Promise<PreparedUpload> {
  const image = resizeWithin(sharp(data, { raw: { width, height, channels: 4 } }), edge);
  // sharp writes no metadata by default.
  const encoded = transparent ? image.png() : image.removeAlpha().jpeg({ quality: 90 });
  const { data: bytes, info } = await encoded.toBuffer({ resolveWithObject: true });
  const contentType = transparent ? 'image/png' : 'image/jpeg';
  return { bytes, contentType, width: info.width, height: info.height, compressed: true };
}

function resizeWithin(image: Sharp, edge: number): Sharp {
  return image.resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true });
}
