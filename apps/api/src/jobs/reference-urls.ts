import type { CreateImage } from '@darkroom/contracts';
import type { LinkSigner } from '../files/file-store.ts';
import type { UploadStore } from '../store/upload-store.ts';
import { parseReferences } from './parse-references.ts';

interface Deps {
  uploads: Pick<UploadStore, 'getUploads'>;
  signer: LinkSigner;
}

/**
 * Returns for each request the signed links to its references, in their order; null for one that is no upload or is not
 * kept any more. One query for all of them, and none if no request names an upload.
 */
export type ReferenceUrls = (requests: CreateImage[]) => Promise<(string | null)[][]>;

export function createReferenceUrls({ uploads, signer }: Deps): ReferenceUrls {
  return async (requests) => {
    const idsOf = requests.map((request) =>
      parseReferences(request).map((reference) => (reference.kind === 'upload' ? reference.uploadId : null)),
    );
    const ids = new Set(idsOf.flat().filter((id) => id !== null));
    const stored = ids.size === 0 ? [] : await uploads.getUploads([...ids]);
    const urls = new Map(stored.map(({ uploadId, key }) => [uploadId, signer.sign(key).url]));
    return idsOf.map((ids) => ids.map((id) => (id === null ? null : (urls.get(id) ?? null))));
  };
}
