import type { CreateImage } from '@darkroom/contracts';
import type { FileStore, UrlSigner } from '../files/file-store.ts';
import type { Reference } from '../provider/image-provider.ts';
import type { UploadStore } from '../store/upload-store.ts';
import { openFile } from './file-access.ts';
import { type ParsedReference, parseReferences } from './parse-references.ts';

interface Deps {
  uploads: UploadStore;
  files: FileStore;
  /** Set when uploads are sent to the provider as links, null when by value. */
  signer: UrlSigner | null;
}

/** Returns the references of a stored request in the form in which they are sent to the provider, in their order. */
export async function loadReferences(deps: Deps, request: CreateImage): Promise<Reference[]> {
  return Promise.all(parseReferences(request).map((reference) => loadReference(deps, reference)));
}

async function loadReference({ uploads, files, signer }: Deps, reference: ParsedReference): Promise<Reference> {
  if (reference.kind === 'data') throw new Error('A stored request contains a data URL');
  if (reference.kind === 'url') return { url: reference.url };
  const upload = await uploads.getUpload(reference.uploadId);
  if (!upload) throw new Error(`Upload ${reference.uploadId} does not exist`);
  if (signer) return { url: signer.sign(upload.key).url };
  const { key, contentType } = upload;
  // Open it once before the call: a store that is away must delay the call, not fail it.
  const file = await openFile(files, key);
  if (!file) throw new Error(`The file of upload ${reference.uploadId} does not exist`);
  file.stream.destroy();
  return { read: () => readStored(files, key), bytes: file.bytes, contentType };
}

async function* readStored(files: Pick<FileStore, 'open'>, key: string): AsyncIterable<Uint8Array> {
  const file = await openFile(files, key);
  if (!file) throw new Error(`The file ${key} does not exist any more`);
  yield* file.stream;
}
