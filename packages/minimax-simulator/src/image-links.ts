import { createHmac } from 'node:crypto';

/** Lifetime of a link in seconds: exactly 24 hours, as at MiniMax. */
const LINK_TTL_S = 24 * 60 * 60;
/** First path segment of all links. */
export const LINK_PREFIX = '/image_inference_output';

const LINK =
  /^\/image_inference_output%2Ftalkie%2Fprod%2Fimg%2F\d{4}-\d\d-\d\d%2F([0-9a-f-]{36})_aigc\.(?:jpeg|png|webp)\?Expires=(\d+)&/;

/** Also the extension of the link. */
export type ImageFormat = 'jpeg' | 'png' | 'webp';

/** Result of a check: the image, or why the link is refused. */
type LinkCheck = { ok: true; imageId: string } | { ok: false; reason: 'signature' | 'expired' };

/** Signed links like those of Aliyun OSS. A link is valid only byte for byte: decoding `%2F` breaks the signature. */
export interface ImageLinks {
  /** The path and query of a new link. */
  create(imageId: string, format: ImageFormat): string;
  /** Checks signature and expiry of a path and query as received. */
  check(pathAndQuery: string): LinkCheck;
}

/** `now` is in milliseconds since the epoch. */
export function createImageLinks(signingKey: string, now: () => number): ImageLinks {
  function sign(pathWithExpiry: string): string {
    const signature = createHmac('sha1', signingKey).update(pathWithExpiry).digest('base64');
    return `${pathWithExpiry}&OSSAccessKeyId=LTAI5tSimulator&Signature=${encodeURIComponent(signature)}`;
  }

  return {
    create(imageId, format) {
      const nowS = Math.floor(now() / 1000);
      const day = new Date(nowS * 1000).toISOString().slice(0, 10);
      const path = `${LINK_PREFIX}/talkie/prod/img/${day}/${imageId}_aigc.${format}`;
      return sign(`/${encodeURIComponent(path.slice(1))}?Expires=${nowS + LINK_TTL_S}`);
    },
    check(pathAndQuery) {
      const [, imageId, expires] = LINK.exec(pathAndQuery) ?? [];
      const signed = pathAndQuery.slice(0, pathAndQuery.indexOf('&'));
      if (imageId === undefined || sign(signed) !== pathAndQuery) return { ok: false, reason: 'signature' };
      if (Number(expires) * 1000 <= now()) return { ok: false, reason: 'expired' };
      return { ok: true, imageId };
    },
  };
}
