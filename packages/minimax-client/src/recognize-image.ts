/**
 * One image: an http(s) link that must be requested unchanged, since it is signed, or base64 without a `data:` prefix,
 * in the standard or the URL-safe alphabet.
 */
export type GeneratedImage = { url: string } | { base64: string };

/** Base64 characters that are decoded to detect a format: 24 bytes. */
const HEAD_CHARS = 32;
const DATA_URL = /^data:[^,]{0,200},/i;
const HOST_AND_PATH = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?\//i;

/**
 * Reads a text as an image by its content, whichever list it is in. `protocol` completes links without one. Null if it
 * is not recognisable as an image.
 */
export function recognizeImage(given: string, protocol: string): GeneratedImage | null {
  const text = given.trim();
  const dataUrl = DATA_URL.exec(text)?.[0];
  if (dataUrl !== undefined) return { base64: unescapePercents(text.slice(dataUrl.length)) };
  if (/^https?:\/\//i.test(text)) return { url: text };
  if (beginsAsPicture(text)) return { base64: text };
  if (/^\/\/[^/]/.test(text)) return { url: protocol + text };
  if (HOST_AND_PATH.test(text)) return { url: `${protocol}//${text}` };
  return null;
}

/** Whether the first bytes are those of a JPEG, PNG, WebP or AVIF. */
function beginsAsPicture(base64: string): boolean {
  const head = Buffer.from(
    base64
      .slice(0, 2 * HEAD_CHARS)
      .replace(/\s/g, '')
      .slice(0, HEAD_CHARS),
    'base64',
  );
  const text = head.toString('latin1');
  return (
    text.startsWith('\xff\xd8\xff') ||
    text.startsWith('\x89PNG') ||
    /^RIFF.{4}WEBP/s.test(text) ||
    /^.{4}ftyp/s.test(text)
  );
}

function unescapePercents(base64: string): string {
  return base64.includes('%')
    ? base64.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    : base64;
}
