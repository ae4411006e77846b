import { ImageError } from '@darkroom/contracts';
import type { Clock } from '../clock.ts';
import type { FileStore, StoredFile, UrlSigner } from '../files/file-store.ts';
import type { DeletionStore } from '../store/deletion-store.ts';

interface FileLink {
  key: string;
  expires?: string | undefined;
  signature?: string | undefined;
}

interface OpenedFile extends StoredFile {
  /** Seconds until the link expires. */
  secondsLeft: number;
}

export type OpenFile = (link: FileLink) => Promise<OpenedFile>;

interface Deps {
  files: Pick<FileStore, 'open'>;
  deletions: Pick<DeletionStore, 'hasOwner'>;
  signer: UrlSigner;
  clock: Pick<Clock, 'now'>;
}

/**
 * Opens the file of a signed link. Any holder of an unexpired link may read the file, until its job or upload is
 * deleted. Throws `link_expired` and `not_found`.
 */
export function createOpenFile({ files, deletions, signer, clock }: Deps): OpenFile {
  return async function openFile({ key, ...query }) {
    if (!signer.verify(key, query)) throw new ImageError('link_expired');
    // Check the database: it reflects a deletion at once, while the file may still exist for a moment.
    if (!(await deletions.hasOwner(key))) throw new ImageError('not_found');
    const file = await files.open(key);
    if (!file) throw new ImageError('not_found');
    const secondsLeft = Math.max(0, Math.floor(Number(query.expires) - clock.now() / 1_000));
    return { ...file, secondsLeft };
  };
}
