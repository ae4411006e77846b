import type { DownloadError, ImageProcessor } from '../../src/images/image-processor.ts';

/** An ImageProcessor whose downloads the test controls; by default they succeed at once. */
export interface FakeImageProcessor extends ImageProcessor {
  /** Every link that was opened, in order. */
  fetched: string[];
  /** Fails with these errors first, then succeeds. */
  fail(url: string, ...failures: DownloadError[]): void;
  /** Fails with this error every time, after `meanwhile` has resolved. */
  failAlways(url: string, failure: () => DownloadError, meanwhile?: () => Promise<void>): void;
  /** Delays the download until it resolves; `signal` is the download's own. */
  onFetch(signal: AbortSignal): Promise<void>;
}

export function createFakeImageProcessor(): FakeImageProcessor {
  const failures = new Map<string, (DownloadError | undefined)[]>();
  const outages = new Map<string, { failure: () => DownloadError; meanwhile: () => Promise<void> }>();

  return {
    fetched: [],
    fail: (url, ...these) => void failures.set(url, these),
    failAlways: (url, failure, meanwhile = async () => {}) => void outages.set(url, { failure, meanwhile }),
    onFetch: async () => {},

    async download(url, signal) {
      this.fetched.push(url);
      await this.onFetch(signal);
      const outage = outages.get(url);
      await outage?.meanwhile();
      const failure = outage?.failure() ?? failures.get(url)?.shift();
      if (failure) throw failure;
      return Buffer.from(url);
    },
    async compress(bytes) {
      return { bytes, contentType: 'image/jpeg', width: 1, height: 1, compressed: true, placeholder: null };
    },
    prepareUpload: () => Promise.reject(new Error('no upload is expected here')),
  };
}
