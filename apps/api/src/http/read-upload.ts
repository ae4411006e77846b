import { ImageError, invalidField, UPLOAD_MAX_BYTES, uploadProblemError } from '@darkroom/contracts';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';

const FIELD = 'file';
/** Longest name of a field that an error repeats. */
const NAME_MAX_LENGTH = 40;
/** RFC 2045, section 6.1: encodings that change nothing. */
const IDENTITY_ENCODINGS = ['7bit', '8bit', 'binary'];

/** What multipart adds around one file: fields, and the headers of all parts. */
export const FRAMING_BYTES = 96 * 1024;

const FORM = {
  /** One file, a second one to refuse, and a few fields that are not looked at. */
  limits: { fileSize: UPLOAD_MAX_BYTES, files: 2, fields: 10, fieldSize: 10_000, parts: 13 },
  /** RFC 7578, section 4.2: a file need not have a name. Whatever comes in the field of the file is the file. */
  isPartAFile: (name?: string, contentType?: string, fileName?: string) =>
    name === FIELD || fileName !== undefined || contentType === 'application/octet-stream',
} satisfies Parameters<FastifyRequest['parts']>[0];

export function notAForm(): ImageError {
  const message = '请用 multipart/form-data 上传，图片放在名为 file 的字段中';
  return new ImageError('unsupported_media_type', { issues: [{ path: ['Content-Type'], message }] });
}

/** The one file of a form, which is read to its end. Rejects with what is wrong with the form. */
export async function readUpload(request: FastifyRequest): Promise<Uint8Array> {
  if (!request.isMultipart()) throw notAForm();
  if (!/;\s*boundary=("[^"]+"|[^\s;"]+)/i.test(request.headers['content-type'] ?? '')) {
    throw invalidField(['Content-Type'], '缺少 boundary，请让客户端库自行生成 multipart/form-data 的请求头');
  }
  // Fields, preamble and epilogue count as well; a body without a length is known to be too large only now.
  return Promise.race([readForm(request), findOverflow(request)]);
}

function findOverflow({ raw, routeOptions }: FastifyRequest): Promise<never> {
  let left = routeOptions.bodyLimit;
  return new Promise((_, reject) => {
    raw.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) reject(new ImageError('payload_too_large'));
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
      if (part.fieldname !== FIELD) throw misnamed(part.fieldname);
      file = await readFile(part);
    }
  } catch (error) {
    if (error instanceof ImageError || (error instanceof Error && 'statusCode' in error)) throw error;
    // Whatever else ends the reading came with the request: a form that breaks off, or a sender who is gone.
    if (isEmpty) throw invalidField([FIELD], '请求体中没有找到 boundary 分隔的内容，各行须以 CRLF 结尾');
    throw invalidField([FIELD], '图片上传不完整，请重新上传');
  }
  if (file !== null) return file;
  if (otherName !== null) throw misnamed(otherName);
  throw invalidField([FIELD], '表单中没有图片文件，字段名应为 file');
}

function misnamed(name: string | undefined): ImageError {
  const shown = name === undefined ? '没有名字的字段' : `字段 ${name.slice(0, NAME_MAX_LENGTH)}`;
  return invalidField([FIELD], `缺少图片文件，字段名应为 file，收到的是${shown}`);
}

async function readFile(part: MultipartFile): Promise<Uint8Array> {
  const bytes = await part.toBuffer();
  // It tells of the limit only when a further piece comes after the one that was cut.
  if (part.file.truncated) throw new ImageError('payload_too_large');
  const decoded = decode(bytes, part.encoding.trim().toLowerCase());
  if (decoded.length > 0) return decoded;
  throw uploadProblemError('unsupported_image', [FIELD], { reason: 'empty_file' });
}

/** RFC 7578 drops Content-Transfer-Encoding; clients that still send base64 mean it. */
function decode(bytes: Buffer, encoding: string): Uint8Array {
  if (encoding === 'base64') return Buffer.from(bytes.toString('latin1'), 'base64');
  if (IDENTITY_ENCODINGS.includes(encoding)) return bytes;
  throw invalidField([FIELD], '不支持该 Content-Transfer-Encoding，请直接发送图片的二进制内容');
}
