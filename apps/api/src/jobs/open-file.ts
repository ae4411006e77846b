import { ImageError } from '@darkroom/contracts';
import type { FileStore, StoredFile, UrlSigner } from '../files/file-store.ts';
import type { DeletionStore } from '../store/deletion-store.ts';

export interface FileLink {
  key: string;
  expires?: string | undefined;
  signature?: string | undefined;
}

export interface OpenedFile extends StoredFile {
  /** Seconds that the link is still good for. */
  secondsLeft: number;
}

export type OpenFile = (link: FileLink) => Promise<OpenedFile>;

interface Deps {
  files: Pick<FileStore, 'open'>;
  deletions: Pick<DeletionStore, 'hasOwner'>;
  signer: UrlSigner;
  clock(): number;
}

/** The file of a signed link: whoever holds a link that is still good may see it, until the job or upload is deleted. */
export function createOpenFile({ files, deletions, signer, clock }: Deps): OpenFile {
  return async function openFile({ key, ...query }) {
    if (!signer.verify(key, query)) throw new ImageError('link_expired');
    // Asked of the database, which knows of a deletion at once: the file itself may take a moment to go.
    if (!(await deletions.hasOwner(key))) throw new ImageError('not_found');
    const file = await files.open(key);
    if (!file) throw new ImageError('not_found');
    const secondsLeft = Math.max(0, Math.floor(Number(query.expires) - clock() / 1_000));
    return { ...file, secondsLeft };
  };
}
