import { REFERENCE_BYTES_LIMIT } from './limits.ts';

/** The photograph that a data URL holds, in the one spelling that every decoder takes: padded, standard alphabet. */
export interface DataUrl {
  /** Of the bytes; what the URL itself says is not looked at. */
  contentType: 'image/jpeg' | 'image/png';
  base64: string;
}

/** Any image type with any parameters, such as `;charset=utf-8`. All quantifiers are bounded: the text may be megabytes. */
const PREFIX = /^data:image\/[\w.+-]{1,50}(?:;[^;,]{0,100}){0,5}?;base64,/i;

/** Enough for every beginning below. */
const HEAD_CHARACTERS = 64;

const BEGINNINGS: [offset: number, bytes: string, format: string][] = [
  [0, '\u00ff\u00d8\u00ff', 'image/jpeg'],
  [0, '\u0089PNG\r\n\u001a\n', 'image/png'],
  [8, 'WEBP', 'WebP'],
  [0, 'GIF8', 'GIF'],
  [0, 'BM', 'BMP'],
  [0, 'II*\0', 'TIFF'],
  [0, 'MM\0*', 'TIFF'],
  [4, 'ftypavi', 'AVIF'],
  [4, 'ftyphe', 'HEIC'],
  [4, 'ftypmif1', 'HEIC'],
  [4, 'ftypmsf1', 'HEIC'],
  [0, '<svg', 'SVG'],
  [0, '<?xml', 'SVG'],
];

/**
 * Reads a data URL by its bytes; a string answer says what is wrong with it. Line breaks, percent signs of URL encoding, the
 * URL alphabet and missing padding are forgiven, as decoders do. Every pass over the text is linear.
 */
export function parseDataUrl(text: string): DataUrl | string {
  const prefix = PREFIX.exec(text.slice(0, 1_000));
  if (!prefix) return '参考图数据必须以 data:image/jpeg;base64, 或 data:image/png;base64, 开头';
  const base64 = readBase64(text.slice(prefix[0].length));
  if (base64 === null) return '参考图数据不是有效的 base64';
  if (Math.floor((base64.length * 3) / 4) >= REFERENCE_BYTES_LIMIT) return '参考图必须小于 10 MB';
  const format = formatOf(base64);
  if (format !== 'image/jpeg' && format !== 'image/png') {
    return `参考图内容${format === null ? '无法识别' : `是 ${format}`}，这里只支持 JPEG 或 PNG；JPEG、PNG、WebP 和 AVIF 可先上传，再使用 upload://<id>`;
  }
  return { contentType: format, base64: base64 + '='.repeat((4 - (base64.length % 4)) % 4) };
}

/** Without padding, in the standard alphabet; null for what no decoder would take. */
function readBase64(text: string): string | null {
  let base64 = text;
  if (base64.includes('%')) base64 = base64.replace(/%(?:2[bf]|3d|0[ad]|20)/gi, decodeURIComponent);
  if (/\s/.test(base64)) base64 = base64.replace(/\s+/g, '');
  let end = base64.length;
  while (end > base64.length - 2 && base64[end - 1] === '=') end--;
  base64 = base64.slice(0, end);
  if (/[-_]/.test(base64)) base64 = base64.replaceAll('-', '+').replaceAll('_', '/');
  const isBase64 = base64.length > 0 && base64.length % 4 !== 1 && !/[^A-Za-z0-9+/]/.test(base64);
  return isBase64 ? base64 : null;
}

function formatOf(base64: string): string | null {
  const head = atob(base64.slice(0, Math.min(HEAD_CHARACTERS, base64.length - (base64.length % 4))));
  return BEGINNINGS.find(([offset, bytes]) => head.startsWith(bytes, offset))?.[2] ?? null;
}
