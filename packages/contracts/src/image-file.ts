import { REFERENCE_BYTES_LIMIT, REFERENCE_URL_MAX_LENGTH } from './limits.ts';

/**
 * The three ways to name a reference photograph. Only what text alone can tell is checked here: a data URL's prefix,
 * alphabet, size and first bytes. Whether its bytes decode is for the server, which has the means.
 */
export type ImageFile =
  | { kind: 'url'; url: string }
  | { kind: 'data'; contentType: 'image/jpeg' | 'image/png'; base64: string }
  | { kind: 'upload'; uploadId: string };

const DATA_URL = /^data:(image\/jpeg|image\/png);base64,/;
const UPLOAD_URL = /^upload:\/\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/** What a parser of URLs would quietly drop, encode or replace, so that not the same link would be handed on. */
const UNPRINTABLE = /[\s\p{Cc}\p{Cs}]/u;

/** JPEG begins ff d8 ff, PNG 89 50 4e 47; these are the same bytes as base64. */
const BASE64_MAGIC = { 'image/jpeg': '/9j/', 'image/png': 'iVBORw0KGgo' } as const;

/** Reads an `image_file`; a string answer says what is wrong with it. */
export function parseImageFile(text: string): ImageFile | string {
  const upload = UPLOAD_URL.exec(text);
  if (upload?.[1] !== undefined) return { kind: 'upload', uploadId: upload[1].toLowerCase() };
  if (text.startsWith('upload:')) return '参考图编号格式不正确，应为 upload://<id>';
  if (text.startsWith('data:')) return parseDataUrl(text);
  if (/^https?:\/\//i.test(text)) return parseHttpUrl(text);
  return '参考图必须是 http(s) 链接、data:image/jpeg|png;base64 数据或 upload://<id>';
}

function parseDataUrl(text: string): ImageFile | string {
  const prefix = DATA_URL.exec(text);
  if (prefix?.[1] === undefined) return '参考图数据必须以 data:image/jpeg;base64, 或 data:image/png;base64, 开头';
  const contentType = prefix[1] === 'image/png' ? 'image/png' : 'image/jpeg';
  const base64 = text.slice(prefix[0].length);
  if (!isBase64(base64)) return '参考图数据不是有效的 base64';
  if (decodedBytes(base64) >= REFERENCE_BYTES_LIMIT) return '参考图必须小于 10 MB';
  if (!base64.startsWith(BASE64_MAGIC[contentType])) return `参考图内容不是 ${contentType}`;
  return { kind: 'data', contentType, base64 };
}

function parseHttpUrl(text: string): ImageFile | string {
  if (text.length > REFERENCE_URL_MAX_LENGTH) return `参考图链接不能超过 ${REFERENCE_URL_MAX_LENGTH} 个字符`;
  const url = UNPRINTABLE.test(text) ? null : URL.parse(text);
  if (!url) return '参考图链接格式不正确';
  if (url.username || url.password) return '参考图链接不能包含用户名或密码';
  return { kind: 'url', url: text };
}

/** Padded, standard alphabet, nothing else. The run is matched without backtracking: it may be megabytes long. */
function isBase64(text: string): boolean {
  return text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}
