import {
  type CreateImage,
  ImageError,
  type Issue,
  MODEL_CAPABILITIES,
  type Model,
  REFERENCES_TOTAL_BYTES_MAX,
  REQUEST_ERRORS,
  referencesOf,
  type UploadProblem,
  uploadProblemError,
  type Viewer,
} from '@darkroom/contracts';
import { type ImageProcessor, UnreadableImageError } from '../images/image-processor.ts';
import { type NewUpload, type StoredUpload, UPLOAD_TTL_MS, type UploadStore } from '../store/upload-store.ts';
import { type ParsedReference, withReferences } from './parse-references.ts';
import { countUploads, type PreparedUpload, prepareUpload } from './prepare-upload.ts';

interface Deps {
  uploads: UploadStore;
  imageProcessor: Pick<ImageProcessor, 'prepareUpload'>;
  ratePerMinute: number;
  now: number;
}

interface AdmittedReferences {
  /** The request, with an upload in place of every data URL. */
  request: CreateImage;
  /** Ids of the stored uploads that the request names, each once. */
  uploadIds: string[];
  /** The uploads made from data URLs, not stored yet. */
  prepared: PreparedUpload[];
  /** Usage event of the first of them. */
  usageId?: string;
}

/**
 * Checks the references of a request against the user's uploads and the model's rules, and prepares those that are data
 * URLs. Throws `upload_not_found`, `invalid_request`, `rate_limited` and `unavailable`. URLs of other hosts are not
 * read.
 */
export async function admitReferences(
  deps: Deps,
  viewer: Viewer,
  request: CreateImage,
  references: ParsedReference[],
): Promise<AdmittedReferences> {
  const named = await requireUploads(deps, viewer, references);
  const checkTotal = createTotalCheck();
  for (const { path, upload } of named) {
    checkRules(request.model, path, upload);
    checkTotal(path, upload);
  }
  const uploadIds = [...new Set(named.map(({ upload }) => upload.uploadId))];
  const data = references.filter((reference) => reference.kind === 'data');
  if (data.length === 0) return { request, uploadIds, prepared: [] };

  const usageId = await countUploads(deps.uploads, viewer.user_id, deps.ratePerMinute, data.length);
  const prepared = new Map<number, PreparedUpload>();
  for (const { path, index, base64 } of data) {
    const one = await prepareAt(path, deps.imageProcessor, viewer, Buffer.from(base64, 'base64'));
    checkRules(request.model, path, one.upload);
    checkTotal(path, one.upload);
    prepared.set(index, one);
  }
  const imageFiles = referencesOf(request).map(({ image_file }, index) => {
    const made = prepared.get(index);
    return made ? `upload://${made.upload.uploadId}` : image_file;
  });
  return { request: withReferences(request, imageFiles), uploadIds, prepared: [...prepared.values()], usageId };
}

interface NamedUpload {
  path: Issue['path'];
  upload: StoredUpload;
}

async function requireUploads(
  { uploads, now }: Deps,
  viewer: Viewer,
  references: ParsedReference[],
): Promise<NamedUpload[]> {
  const named = references.filter((reference) => reference.kind === 'upload');
  if (named.length === 0) return [];
  const stored = await uploads.getUploads(named.map(({ uploadId }) => uploadId));
  const byId = new Map(stored.map((upload) => [upload.uploadId, upload]));
  return named.map(({ path, uploadId }) => {
    const upload = byId.get(uploadId);
    const isUsable = upload?.userId === viewer.user_id && upload.createdAt + UPLOAD_TTL_MS > now;
    if (!isUsable) throw uploadNotFound(path);
    return { path, upload };
  });
}

/** `upload_not_found`, which names the reference where there can be several. */
export function uploadNotFound(path: Issue['path'] | undefined): ImageError {
  const isOneOfSeveral = path?.[0] === 'references';
  return new ImageError('upload_not_found', {
    ...(isOneOfSeveral && { issues: [{ path, message: REQUEST_ERRORS.upload_not_found.zh }] }),
  });
}

async function prepareAt(
  path: Issue['path'],
  imageProcessor: Deps['imageProcessor'],
  viewer: Viewer,
  bytes: Uint8Array,
): Promise<PreparedUpload> {
  try {
    return await prepareUpload(imageProcessor, viewer.user_id, bytes);
  } catch (error) {
    if (!(error instanceof UnreadableImageError)) throw error;
    throw uploadProblemError('invalid_request', path, error.problem, { cause: error });
  }
}

function checkRules(model: Model, path: Issue['path'], upload: NewUpload): void {
  const problem = findBrokenRule(model, upload);
  if (problem) throw uploadProblemError('invalid_request', path, problem);
}

/** Uploads do not know their model: their size is held to its rules when a request names them. */
function findBrokenRule(model: Model, { width, height }: NewUpload): UploadProblem | null {
  const { side_min, ratio_max } = MODEL_CAPABILITIES[model].references;
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  if (side_min !== null && shorter < side_min) {
    return { reason: 'side_too_short', params: { width, height, min_side: side_min } };
  }
  if (ratio_max !== null && longer > ratio_max * shorter) {
    return { reason: 'too_narrow', params: { width, height, max_ratio: ratio_max } };
  }
  return null;
}

/** Bounds the bytes that one call holds in memory and sends. */
function createTotalCheck(): (path: Issue['path'], upload: NewUpload) => void {
  let total = 0;
  return (path, { bytes }) => {
    total += bytes;
    if (total <= REFERENCES_TOTAL_BYTES_MAX) return;
    const params = { max_bytes: REFERENCES_TOTAL_BYTES_MAX };
    throw uploadProblemError('invalid_request', path, { reason: 'references_too_large', params });
  };
}
