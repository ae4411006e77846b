import { ImageError, invalidField, UPLOAD_MAX_BYTES, uploadProblemError } from '@darkroom/contracts';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { QUOTED_NAME_MAX_LENGTH } from './request-body.ts';

const FIELD = 'file';
/** RFC 2045, section 6.1: encodings that leave the bytes as they are. */
const IDENTITY_ENCODINGS = ['7bit', '8bit', 'binary'];

/** Bytes that multipart may add to one file: other fields, and the headers of all parts. */
export const FRAMING_BYTES = 96 * 1024;

const FORM = {
  /** Allows one file, a second one in order to refuse it, and a few fields that are ignored. */
  limits: { fileSize: UPLOAD_MAX_BYTES, files: 2, fields: 10, fieldSize: 10_000, parts: 13 },
  /** RFC 7578, section 4.2: a file need not have a name. Any part in the field `file` is the file. */
  isPartAFile: (name?: string, contentType?: string, fileName?: string) =>
    name === FIELD || fileName !== undefined || contentType === 'application/octet-stream',
} satisfies Parameters<FastifyRequest['parts']>[0];

export function notAForm(): ImageError {
  const message = '请用 multipart/form-data 上传，图片放在名为 file 的字段中';
  return new ImageError('unsupported_media_type', { issues: [{ path: ['Content-Type'], message }] });
}

/** Reads a form to its end and resolves to its one file. Rejects with an error that names the fault of the form. */
export async function readUpload(request: FastifyRequest): Promise<Uint8Array> {
  if (!request.isMultipart()) throw notAForm();
  if (!/;\s*boundary=("[^"]+"|[^\s;"]+)/i.test(request.headers['content-type'] ?? '')) {
    throw invalidField(['Content-Type'], '缺少 boundary，请让客户端库自行生成 multipart/form-data 的请求头');
  }
  // The limit includes fields, preamble and epilogue. A chunked body is known to be too large only while it is read.
  return Promise.race([readForm(request), rejectOnOverflow(request)]);
}

function rejectOnOverflow({ raw, routeOptions }: FastifyRequest): Promise<never> {
  let remaining = routeOptions.bodyLimit;
  return new Promise((_, reject) => {
    raw.on('data', (chunk: Buffer) => {
      remaining -= chunk.length;
      if (remaining < 0) reject(new ImageError('payload_too_large'));
    });
  });
}

async function readForm(request: FastifyRequest): Promise<Uint8Array> {
  let file: Uint8Array | null = null;
  let otherName: string | null = null;
  let isEmpty = true;
  try {
    for await (const part of request.parts(FORM)) {
      isEmpty = false;
      if (part.type === 'field') {
        otherName ??= part.fieldname;
        continue;
      }
      if (file !== null) throw invalidField([FIELD], '一次只能上传一张图片，表单中有两个文件');
      if (part.fieldname !== FIELD) throw wrongFieldName(part.fieldname);
      file = await readFile(part);
    }
  } catch (error) {
    if (error instanceof ImageError || (error instanceof Error && 'statusCode' in error)) throw error;
    // Any other error is caused by the request: a form that breaks off, or a client that has disconnected.
    if (isEmpty) throw invalidField([FIELD], '请求体中没有找到 boundary 分隔的内容，各行须以 CRLF 结尾');
    throw invalidField([FIELD], '图片上传不完整，请重新上传');
  }
  if (file !== null) return file;
  if (otherName !== null) throw wrongFieldName(otherName);
  throw invalidField([FIELD], '表单中没有图片文件，字段名应为 file');
}

function wrongFieldName(name: string | undefined): ImageError {
  const shown = name === undefined ? '没有名字的字段' : `字段 ${name.slice(0, QUOTED_NAME_MAX_LENGTH)}`;
  return invalidField([FIELD], `缺少图片文件，字段名应为 file，收到的是${shown}`);
}

async function readFile(part: MultipartFile): Promise<Uint8Array> {
  const bytes = await part.toBuffer();
  // `toBuffer` reports the limit only if a further chunk follows the truncated one.
  if (part.file.truncated) throw new ImageError('payload_too_large');
  const decoded = decode(bytes, part.encoding.trim().toLowerCase());
  if (decoded.length > 0) return decoded;
  throw uploadProblemError('unsupported_image', [FIELD], { reason: 'empty_file' });
}

/** RFC 7578 deprecates Content-Transfer-Encoding, but a client that sends `base64` has encoded the file. */
function decode(bytes: Buffer, encoding: string): Uint8Array {
  if (encoding === 'base64') return Buffer.from(bytes.toString('latin1'), 'base64');
  if (IDENTITY_ENCODINGS.includes(encoding)) return bytes;
  throw invalidField([FIELD], '不支持该 Content-Transfer-Encoding，请直接发送图片的二进制内容');
}
