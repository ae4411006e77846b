import { sniff } from './inspect.ts';
import { openPicture } from './open-picture.ts';
import { type Pictures, UnreadableImageError } from './pictures.ts';

/** MiniMax takes references of less than 10 MB (minimax-api.md, section 2). */
const UPLOAD_BYTES_LIMIT = 10_000_000;

/**
 * Pixels of the longer edge, tried in turn. Four uncompressed channels of 1448 x 1448 are 8.4 MB, so the second always
 * fits; only a noisy PNG needs it.
 */
const UPLOAD_EDGES = [2048, 1448];

type PreparedUpload = Awaited<ReturnType<Pictures['prepareUpload']>>;

/** Brings a photograph into the shape that the provider takes; see `Pictures.prepareUpload`. */
export async function prepareUpload(bytes: Uint8Array): Promise<PreparedUpload> {
  if (sniff(bytes) === null) throw new UnreadableImageError('the bytes begin as no JPEG, PNG, WebP or AVIF');
  try {
    const transparent = await hasTransparency(bytes);
    for (const edge of UPLOAD_EDGES) {
      const upload = await encodeUpload(bytes, transparent, edge);
      if (upload.bytes.byteLength < UPLOAD_BYTES_LIMIT) return upload;
    }
  } catch (error) {
    throw new UnreadableImageError('the picture cannot be decoded', { cause: error });
  }
  throw new UnreadableImageError(`the picture cannot be brought below ${UPLOAD_BYTES_LIMIT} bytes`);
}

async function hasTransparency(bytes: Uint8Array): Promise<boolean> {
  const picture = openPicture(bytes, 'error');
  const { hasAlpha } = await picture.metadata();
  return hasAlpha && !(await picture.stats()).isOpaque;
}

async function encodeUpload(bytes: Uint8Array, transparent: boolean, edge: number): Promise<PreparedUpload> {
  const resized = openPicture(bytes, 'error').resize({
    width: edge,
    height: edge,
    fit: 'inside',
    withoutEnlargement: true,
  });
  // sharp keeps no metadata unless it is asked to, and converts to sRGB.
  const encoded = transparent ? resized.png() : resized.removeAlpha().jpeg({ quality: 90 });
  const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
  const contentType = transparent ? 'image/png' : 'image/jpeg';
  return { bytes: data, contentType, width: info.width, height: info.height, compressed: true };
}
