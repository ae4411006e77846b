import { ImageJob, UploadedImage } from '@darkroom/contracts';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import * as z from 'zod';

const Refusal = z.object({ code: z.number(), message: z.string(), data: z.null(), error_code: z.string() });

interface Answer<Data> {
  status: number;
  headers: Headers;
  message: string;
  data: Data;
}

/** The REST routes, called directly over HTTP as with curl. */
export interface RestClient {
  create(request: unknown, idempotencyKey?: string): Promise<Answer<ImageJob>>;
  status(jobId: string, query?: string): Promise<Answer<ImageJob>>;
  upload(file: Uint8Array<ArrayBuffer>): Promise<Answer<UploadedImage>>;
  /** Sends a request that must be refused. */
  refused(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; headers: Headers; error_code: string }>;
}

export function createRestClient(url: string, token: string, signal: AbortSignal, ask = fetch): RestClient {
  const authorization = `Bearer ${token}`;

  function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const isForm = body instanceof FormData;
    return ask(url + path, {
      method,
      signal,
      headers: {
        authorization,
        ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    });
  }

  async function read<Data>(data: z.ZodType<Data>, response: Response): Promise<Answer<Data>> {
    const envelope = z.object({ code: z.literal(response.status), message: z.string(), data });
    const json: unknown = await response.json();
    const parsed = envelope.safeParse(json);
    if (!parsed.success) throw new Error(`${response.status} ${JSON.stringify(json)}`);
    return { status: response.status, headers: response.headers, message: parsed.data.message, data: parsed.data.data };
  }

  return {
    create: async (request, key) =>
      read(ImageJob, await send('POST', GENERATION_PATH, request, key === undefined ? {} : { 'idempotency-key': key })),
    status: async (jobId, query = '') => read(ImageJob, await send('GET', `${GENERATION_PATH}/${jobId}${query}`)),
    async upload(file) {
      const form = new FormData();
      form.set('file', new Blob([file]), 'photo');
      return read(UploadedImage, await send('POST', UPLOADS_PATH, form));
    },
    async refused(method, path, body) {
      const response = await send(method, path, body);
      const { error_code } = Refusal.parse(await response.json());
      return { status: response.status, headers: response.headers, error_code };
    },
  };
}
