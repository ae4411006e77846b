import type { ImageAsset } from '@darkroom/contracts';

/** A job with images; null for one that has not arrived. */
export interface JobWithImages {
  job_id: string;
  assets: readonly (ImageAsset | null)[];
}

export interface LinkSource<Job extends JobWithImages = JobWithImages> {
  /** The job with valid links: renews them if one is about to expire. */
  freshen(): Promise<Job | null>;
  /** Renews links after a load failure, once per link: a broken image must not cause endless requests. */
  mend(): Promise<Job | null>;
}

interface Deps<Job> {
  /** The job as last read; null if it has no images. */
  known(): Job | null;
  /** Reads the job anew. A failure keeps the known one. */
  read(): Promise<void>;
  now?: () => number;
}

/** Links with less remaining validity are renewed before use. */
const MARGIN_MS = 60_000;

/** Keeps the links of one job's images valid. */
export function createImageLinks<Job extends JobWithImages>({
  known,
  read,
  now = Date.now,
}: Deps<Job>): LinkSource<Job> {
  /** Links already renewed after a load failure. */
  let mended = '';

  const assets = () => (known()?.assets ?? []).filter((asset) => asset !== null);

  return {
    async freshen() {
      const expiresAtMs = assets().map(({ url_expires_at }) => Date.parse(url_expires_at));
      if (Math.min(...expiresAtMs) - MARGIN_MS < now()) await read();
      return known();
    },
    async mend() {
      const links = assets()
        .map(({ url }) => url)
        .join();
      if (links !== mended) await read();
      mended = links;
      return known();
    },
  };
}
