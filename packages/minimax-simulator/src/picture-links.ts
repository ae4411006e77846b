import { createHmac } from 'node:crypto';

/** Links live 24 hours to the second. */
const LINK_TTL_S = 24 * 60 * 60;
export const LINK_PREFIX = '/image_inference_output';

const LINK =
  /^\/image_inference_output%2Ftalkie%2Fprod%2Fimg%2F\d{4}-\d\d-\d\d%2F([0-9a-f-]{36})_aigc\.jpeg\?Expires=(\d+)&/;

export type LinkVerdict = { ok: true; pictureId: string } | { ok: false; reason: 'signature' | 'expired' };

/** Signed links in the manner of Aliyun OSS: valid only exactly as written, `%2F` and all. */
export interface PictureLinks {
  /** Path and query. */
  create(pictureId: string): string;
  check(pathAndQuery: string): LinkVerdict;
}

export function createPictureLinks(signingKey: string, now: () => number): PictureLinks {
  function sign(pathWithExpiry: string): string {
    const signature = createHmac('sha1', signingKey).update(pathWithExpiry).digest('base64');
    return `${pathWithExpiry}&OSSAccessKeyId=LTAI5tSimulator&Signature=${encodeURIComponent(signature)}`;
  }

  return {
    create(pictureId) {
      const nowS = Math.floor(now() / 1000);
      const day = new Date(nowS * 1000).toISOString().slice(0, 10);
      const path = `${LINK_PREFIX}/talkie/prod/img/${day}/${pictureId}_aigc.jpeg`;
      return sign(`/${encodeURIComponent(path.slice(1))}?Expires=${nowS + LINK_TTL_S}`);
    },
    check(pathAndQuery) {
      const [, pictureId, expires] = LINK.exec(pathAndQuery) ?? [];
      const signed = pathAndQuery.slice(0, pathAndQuery.indexOf('&'));
      if (pictureId === undefined || sign(signed) !== pathAndQuery) return { ok: false, reason: 'signature' };
      if (Number(expires) * 1000 <= now()) return { ok: false, reason: 'expired' };
      return { ok: true, pictureId };
    },
  };
}
