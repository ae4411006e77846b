import type { UploadedImage } from '@darkroom/contracts';
import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { ImageApiError } from './errors.ts';
import { errorFromAnswer } from './read-error.ts';
import { type Answer, type Exchange, type Fetch, jsonExchange } from './transport.ts';

/** The file to upload: its bytes, or its path if `uploadFile` is given. A path without it throws a TypeError. */
export type UploadSource = Blob | Uint8Array | string;

/** The request of an `UploadFile`: a `POST` of multipart/form-data. */
export interface UploadRequest {
  url: string;
  /** The name of the multipart field. */
  field: 'file';
  file: UploadSource;
  /** Includes the authorization header. */
  headers: Record<string, string>;
  signal: AbortSignal;
}

/** The response of an `UploadFile`. */
export interface UploadAnswer {
  /** HTTP status. */
  status: number;
  /** The response body as text. */
  body: string;
}

/** Sends one file as multipart/form-data. Resolves for every HTTP status; rejects only if no response arrived. */
export type UploadFile = (request: UploadRequest) => Promise<UploadAnswer>;

interface UploadDeps {
  baseUrl: string;
  fetch: Fetch;
  uploadFile: UploadFile | undefined;
}

/** Builds the request of one upload: through `uploadFile` if given, otherwise through `fetch` with FormData. */
export function uploadExchange({ baseUrl, fetch, uploadFile }: UploadDeps, file: UploadSource): Exchange {
  const url = `${baseUrl}${UPLOADS_PATH}`;
  if (!uploadFile) return jsonExchange(fetch, { url, method: 'POST', headers: {}, body: toForm(file) });
  return (headers, signal) => sendByPlatform(uploadFile, { url, field: 'file', file, headers, signal });
}

async function sendByPlatform(uploadFile: UploadFile, request: UploadRequest): Promise<Answer> {
  const { status, body } = await uploadFile(request).catch((cause: unknown) => {
    throw new ImageApiError('network', { cause });
  });
  try {
    const parsed: unknown = JSON.parse(body);
    return { status, body: parsed };
  } catch (cause) {
    throw new ImageApiError('bad_answer', { httpStatus: status, cause });
  }
}

function toForm(file: UploadSource): FormData {
  if (typeof file === 'string') throw new TypeError('Uploading a path requires `uploadFile`.');
  const form = new FormData();
  form.append('file', ArrayBuffer.isView(file) ? new Blob([file.slice()]) : file, 'picture');
  return form;
}

/** Reads the response of an upload. Throws an `ImageApiError` if it is not a success. */
export function readUpload(answer: Answer): UploadedImage {
  if (answer.status === 201 && isUploadEnvelope(answer.body)) return answer.body.data;
  throw errorFromAnswer(answer);
}

function isUploadEnvelope(body: unknown): body is { data: UploadedImage } {
  if (typeof body !== 'object' || body === null || !('data' in body)) return false;
  const { data } = body;
  return typeof data === 'object' && data !== null && 'image_file' in data && typeof data.image_file === 'string';
}
