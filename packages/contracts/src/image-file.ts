import { type DataUrlFault, parseDataUrl } from './data-url.ts';
import { REFERENCE_URL_MAX_LENGTH } from './limits.ts';

/**
 * The three forms of a reference: an http(s) URL, the base64 of a data URL, or the id of an upload. Only the text is
 * checked here: of a data URL the alphabet, the size and the first bytes. Whether the bytes can be decoded is checked
 * by the server. `contentType` is detected from the bytes.
 */
export type ImageFile =
  | { kind: 'url'; url: string }
  | { kind: 'data'; contentType: 'image/jpeg' | 'image/png'; base64: string }
  | { kind: 'upload'; uploadId: string };

const UPLOAD_URL = /^upload:\/\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/** URL schemes of files that exist only on the user's device or page. */
const DEVICE_URL = /^(?:wxfile|ttfile|bdfile|blob|file|content|filesystem|ph|assets-library|cdvfile|capacitor):/i;

/** Characters that a URL parser drops, encodes or replaces: the provider would get a different link. */
const UNPRINTABLE = /[\s\p{Cc}\p{Cs}]/u;

/**
 * Parses an `image_file`: http(s) URL, JPEG or PNG data URL, or `upload://<id>`. Returns a Chinese text for users if it
 * is none of these.
 */
export function parseImageFile(text: string): ImageFile | string {
  const file = readImageFile(text);
  return 'kind' in file ? file : file.message;
}

/** `parseImageFile` with the cause of a fault. */
export function readImageFile(text: string): ImageFile | DataUrlFault {
  if (/^data:/i.test(text)) {
    const data = parseDataUrl(text);
    return 'message' in data ? data : { kind: 'data', ...data };
  }
  const file = parseAddress(text);
  return typeof file === 'string' ? { message: file } : file;
}

function parseAddress(text: string): ImageFile | string {
  const upload = UPLOAD_URL.exec(text);
  if (upload?.[1] !== undefined) return { kind: 'upload', uploadId: upload[1].toLowerCase() };
  if (text.startsWith('upload:')) return '参考图编号格式不正确，应为 upload://<id>';
  if (/^https?:\/\//i.test(text)) return parseHttpUrl(text);
  if (DEVICE_URL.test(text))
    return '这是设备上的本地文件地址，生成服务无法访问，请先上传图片，再使用返回的 upload://<id>';
  return '参考图必须是 http(s) 链接、data:image/jpeg|png;base64 数据或 upload://<id>';
}

function parseHttpUrl(text: string): ImageFile | string {
  if (text.length > REFERENCE_URL_MAX_LENGTH) return `参考图链接不能超过 ${REFERENCE_URL_MAX_LENGTH} 个字符`;
  const url = UNPRINTABLE.test(text) ? null : URL.parse(text);
  if (!url) return '参考图链接格式不正确';
  if (url.username || url.password) return '参考图链接不能包含用户名或密码';
  return { kind: 'url', url: text };
}
