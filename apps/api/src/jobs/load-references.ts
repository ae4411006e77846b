import { type CreateImage, isH3 } from '@darkroom/contracts';
import type { FileStore, LinkSigner } from '../files/file-store.ts';
import type { Reference, ReferenceFile } from '../provider/image-provider.ts';
import type { StoredUpload, UploadStore } from '../store/upload-store.ts';
import { openFile, readFile } from './file-access.ts';
import { type ParsedReference, parseReferences } from './parse-references.ts';

interface Deps {
  uploads: UploadStore;
  files: FileStore;
  /** Set when uploads are sent to the provider as links, null when by value. */
  signer: LinkSigner | null;
}

/** Returns the references of a stored request in the form in which they are sent to the provider, in their order. */
export async function loadReferences(deps: Deps, request: CreateImage): Promise<Reference[]> {
  const load = isH3(request) ? openStored : readStored;
  return Promise.all(parseReferences(request).map((reference) => loadReference(deps, reference, load)));
}

/** Loads a stored file; null when there is none. */
type Load = (files: FileStore, upload: StoredUpload) => Promise<ReferenceFile | null>;

async function loadReference(
  { uploads, files, signer }: Deps,
  reference: ParsedReference,
  load: Load,
): Promise<Reference> {
  if (reference.kind === 'data') throw new Error('A stored request contains a data URL');
  if (reference.kind === 'url') return { url: reference.url };
  const upload = await uploads.getUpload(reference.uploadId);
  if (!upload) throw new Error(`Upload ${reference.uploadId} does not exist`);
  if (signer) return { url: signer.sign(upload.key).url };
  const file = await load(files, upload);
  if (!file) throw new Error(`The file of upload ${reference.uploadId} does not exist`);
  return file;
}

/** Reads the file now. `image-01` has one reference, whose body is built before anything is sent. */
async function readStored(files: FileStore, { key, contentType }: StoredUpload): Promise<ReferenceFile | null> {
  const bytes = await readFile(files, key);
  if (!bytes) return null;
  const read = async function* () {
    yield bytes;
  };
  return { read, bytes: bytes.length, contentType };
}

/** Reads the file while it is sent: sixteen of them are not held in memory. */
async function openStored(files: FileStore, { key, contentType }: StoredUpload): Promise<ReferenceFile | null> {
  // Open it once before the call: a store that is away must delay the call, not fail it.
  const file = await openFile(files, key);
  if (!file) return null;
  file.stream.destroy();
  const read = async function* () {
    const again = await openFile(files, key);
    if (!again) throw new Error(`The file ${key} does not exist any more`);
    yield* again.stream;
  };
  return { read, bytes: file.bytes, contentType };
}
