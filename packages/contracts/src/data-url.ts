import { REFERENCE_BYTES_LIMIT } from './limits.ts';
import { explainUploadProblem, type UploadProblemReason } from './upload-problems.ts';

/** The image of a data URL, in the spelling that every decoder accepts: standard base64 alphabet, padded. */
export interface DataUrl {
  /** Detected from the bytes. The media type in the URL is ignored. */
  contentType: 'image/jpeg' | 'image/png';
  base64: string;
}

/**
 * Any image type with any parameters, such as `;charset=utf-8`. All quantifiers are bounded, since the text may have
 * megabytes.
 */
const PREFIX = /^data:image\/[\w.+-]{1,50}(?:;[^;,]{0,100}){0,5}?;base64,/i;

/** Base64 characters that are decoded to detect the format: 48 bytes, enough for every signature below. */
const HEAD_CHARACTERS = 64;

/** Format signatures: bytes as Latin-1 text, at an offset from the start of the file. */
const BEGINNINGS: [offset: number, bytes: string, format: string][] = [
  [0, '\u00ff\u00d8\u00ff', 'image/jpeg'],
  [0, '\u0089PNG\r\n\u001a\n', 'image/png'],
  [8, 'WEBP', 'WebP'],
  [0, 'GIF8', 'GIF'],
  [0, 'BM', 'BMP'],
  [0, 'II*\0', 'TIFF'],
  [0, 'MM\0*', 'TIFF'],
  [0, '<svg', 'SVG'],
  [0, '<?xml', 'SVG'],
];

/** Brands of ISO media files in the order in which they are looked for: an AVIF may list the general HEIF brands too. */
const BRANDS: [brand: RegExp, format: string][] = [
  [/avi[fs]/, 'AVIF'],
  [/he[iv][cmsx]|m[is]f[12]/, 'HEIC'],
];

/** Why a data URL is not acceptable: a Chinese text for users, and the cause if the table of upload problems has it. */
export interface DataUrlFault {
  message: string;
  reason?: UploadProblemReason;
}

/**
 * Parses a data URL and detects its format from the bytes. Returns what is wrong if it is not acceptable.
 * White space, percent-encoding, the URL-safe alphabet and missing padding are accepted, as decoders do. Every pass
 * over the text is linear.
 */
export function parseDataUrl(text: string): DataUrl | DataUrlFault {
  const prefix = PREFIX.exec(text.slice(0, 1_000));
  if (!prefix) return { message: '参考图数据必须以 data:image/jpeg;base64, 或 data:image/png;base64, 开头' };
  const base64 = readBase64(text.slice(prefix[0].length));
  if (base64 === null) return { message: '参考图数据不是有效的 base64' };
  if (Math.floor((base64.length * 3) / 4) >= REFERENCE_BYTES_LIMIT) return { message: '参考图必须小于 10 MB' };
  const format = formatOf(base64);
  if (format === 'HEIC') return { message: explainUploadProblem({ reason: 'heic' }, 'zh'), reason: 'heic' };
  if (format !== 'image/jpeg' && format !== 'image/png') {
    const content = format === null ? '无法识别' : `是 ${format}`;
    return {
      message: `参考图内容${content}，这里只支持 JPEG 或 PNG；JPEG、PNG、WebP 和 AVIF 可先上传，再使用 upload://<id>`,
    };
  }
  return { contentType: format, base64: base64 + '='.repeat((4 - (base64.length % 4)) % 4) };
}

const NOT_BASE64 = /[^A-Za-z0-9+/]/;

/** The base64 without padding, in the standard alphabet; null if no decoder would accept it. */
function readBase64(text: string): string | null {
  const unpadded = text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text;
  const base64 = NOT_BASE64.test(unpadded) ? cleanBase64(text) : unpadded;
  return base64 === null || base64.length === 0 || base64.length % 4 === 1 ? null : base64;
}

const PERCENT = 0x25;
const EQUALS = 0x3d;
const MINUS = 0x2d;
const PLUS = 0x2b;
const UNDERSCORE = 0x5f;
const SLASH = 0x2f;

/**
 * Removes white space and padding, decodes percent-encoding, maps the URL-safe alphabet to the standard one. One pass
 * over the character codes into one buffer of the text's length: replacing millions of line breaks with a regular
 * expression takes a second and hundreds of megabytes.
 */
function cleanBase64(text: string): string | null {
  const codes = new Uint8Array(text.length);
  let length = 0;
  let padding = 0;
  for (let at = 0; at < text.length; at++) {
    let code = text.charCodeAt(at);
    if (code === PERCENT) {
      code = hexDigit(text.charCodeAt(at + 1)) * 16 + hexDigit(text.charCodeAt(at + 2));
      at += 2;
    }
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) continue;
    if (code === EQUALS) {
      if (++padding > 2) return null;
      continue;
    }
    if (code === MINUS) code = PLUS;
    else if (code === UNDERSCORE) code = SLASH;
    if (padding > 0 || !isBase64Code(code)) return null;
    codes[length++] = code;
  }
  return new TextDecoder().decode(codes.subarray(0, length));
}

/** The value of a hex digit; NaN for any other code, which `isBase64Code` then rejects. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = (code | 0x20) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : Number.NaN;
}

function isBase64Code(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === PLUS || code === SLASH;
}

function formatOf(base64: string): string | null {
  const head = atob(base64.slice(0, Math.min(HEAD_CHARACTERS, base64.length - (base64.length % 4))));
  if (head.startsWith('ftyp', 4)) return BRANDS.find(([brand]) => brand.test(head.slice(8)))?.[1] ?? null;
  return BEGINNINGS.find(([offset, bytes]) => head.startsWith(bytes, offset))?.[2] ?? null;
}
