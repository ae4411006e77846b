import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { UrlSigner } from './file-store.ts';

interface UrlSignerDeps {
  /** At least 32 random bytes. Anyone who has them can create links. */
  secret: string | Uint8Array;
  /** Prefix of every link, with or without a trailing slash. */
  baseUrl: string;
  /** Longest lifetime of a link, in seconds; an integer, at least 2. */
  ttlS: number;
  clock: Pick<Clock, 'now'>;
}

/** Links of the form `<baseUrl>/files/<key>?expires=<unix seconds>&signature=<HMAC-SHA256, base64url>`. */
export function createUrlSigner({ secret, baseUrl, ttlS, clock }: UrlSignerDeps): UrlSigner {
  const filesUrl = `${baseUrl.replace(/\/+$/, '')}/files`;
  // Expiry times are multiples of half the lifetime, so a link lives for more than one half and at most two.
  const halfLifeS = Math.floor(ttlS / 2);

  const periodNow = () => Math.floor(clock.now() / 1000 / halfLifeS);

  // No key contains a newline, so key and expiry cannot be split differently.
  const signatureOf = (key: string, expires: string) =>
    createHmac('sha256', secret).update(`${key}\n${expires}`).digest('base64url');

  return {
    sign(key) {
      const expiresS = (periodNow() + 2) * halfLifeS;
      const signature = signatureOf(key, String(expiresS));
      return {
        url: `${filesUrl}/${encodeURIComponent(key)}?expires=${expiresS}&signature=${signature}`,
        expiresAt: new Date(expiresS * 1000),
      };
    },
    nextLinkAt: () => (periodNow() + 1) * halfLifeS * 1000,
    verify(key, { expires, signature }) {
      if (expires === undefined || signature === undefined) return false;
      return isSame(signature, signatureOf(key, expires)) && clock.now() < Number(expires) * 1000;
    },
  };
}

/** Compares the text, not the decoded bytes: base64url has several spellings of the same bytes. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
