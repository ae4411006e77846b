import { Readable } from 'node:stream';
import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { expect, test } from 'vitest';
import { pathOf } from './finished-job.ts';
import { openApi, shareApi } from './running-api.ts';
import { bothSurfaces } from './surfaces.ts';
import { bearer } from './tokens.ts';

const LIMIT_BYTES = 20 * 1024 * 1024;
const api = shareApi({ RATE_LIMIT_PER_MINUTE: '0' });
let address: Promise<string> | undefined;

async function upload(
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown }> {
  address ??= api().server.listen({ host: '127.0.0.1', port: 0 });
  const init = { method: 'POST', body, headers: { ...bearer('1'), ...headers } };
  const response = await fetch(`${await address}${UPLOADS_PATH}`, init);
  return { status: response.status, body: await response.json() };
}

function form(bytes: Uint8Array<ArrayBuffer>, field = 'file'): FormData {
  const data = new FormData();
  data.append(field, new Blob([bytes], { type: 'application/octet-stream' }), 'photo');
  return data;
}

const photo = async () => new Uint8Array(await readPhoto('rocket.jpg'));

test('keeps an uploaded photo, serves it by its link, and accepts it in creates of its user on both APIs', async () => {
  const { status, body } = await upload(form(await photo()));
  expect(status).toBe(201);
  expect(body).toMatchObject({ code: 201, message: '成功', data: { width: 640, height: 427 } });
  const { image_file, url, bytes } = Object(Object(body).data);
  const shown = await api().server.inject({ url: pathOf(url) });
  expect(shown.rawPayload).toHaveLength(bytes);
  const request = {
    model: 'image-01',
    prompt: 'a lighthouse at dawn',
    subject_reference: [{ type: 'character', image_file }],
  };
  for (const surface of bothSurfaces(api().server)) {
    expect(surface.read(await surface.create(request))).toMatchObject({ data: { request } });
    const stranger = surface.read(await surface.create(request, bearer('2')));
    expect(stranger).toEqual({ status: 404, error_code: 'upload_not_found', paths: null });
  }
});

test.each([
  ['text', 'no image'],
  ['an empty file', ''],
  ['the beginning of a JPEG', '\u00ff\u00d8\u00ff\u00e0'],
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
])('refuses %s as not an image', async (_, content) => {
  const { status, body } = await upload(form(new Uint8Array(Buffer.from(content, 'latin1'))));
  expect(status).toBe(415);
  expect(body).toMatchObject({ error_code: 'unsupported_image', data: null });
});

test('refuses uploads beyond the rate limit undecoded: an invalid image gets the same 429 as a valid one', async () => {
  const { server } = await openApi({ RATE_LIMIT_PER_MINUTE: '1' });
  const send = async (bytes: Uint8Array<ArrayBuffer>) => {
    const body = new Response(form(bytes));
    const headers = { ...bearer('1'), 'content-type': body.headers.get('content-type') ?? '' };
    return server.inject({
      method: 'POST',
      url: UPLOADS_PATH,
      payload: Buffer.from(await body.arrayBuffer()),
      headers,
    });
  };
  expect((await send(await photo())).statusCode).toBe(201);
  const refused = await send(new Uint8Array(Buffer.from('no image')));
  expect(refused.json()).toMatchObject({ code: 429, error_code: 'rate_limited' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
});

test('reports a file in a field of another name at the path file', async () => {
  const { status, body } = await upload(form(await photo(), 'image'));
  expect(status).toBe(400);
  expect(body).toMatchObject({ error_code: 'invalid_request', issues: [{ path: ['file'] }] });
});

test('reports a form without a file', async () => {
  const { status, body } = await upload(new FormData());
  expect(status).toBe(400);
  expect(body).toMatchObject({ error_code: 'invalid_request' });
});

test('refuses more than 20 MB as too large', async () => {
  const { status, body } = await upload(form(new Uint8Array(LIMIT_BYTES + 1)));
  expect(status).toBe(413);
  expect(body).toMatchObject({ error_code: 'payload_too_large', data: null });
});

test('refuses more than 20 MB also when the limit falls between two chunks, the first a valid photo', async () => {
  const first = new Uint8Array(LIMIT_BYTES);
  first.set(await photo());
  async function* pieces() {
    yield Buffer.from('--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n');
    yield first;
    yield Buffer.from('a\r\n--x--\r\n');
  }
  const headers = { ...bearer('1'), 'content-type': 'multipart/form-data; boundary=x' };
  const payload = Readable.from(pieces());
  const answer = await api().server.inject({ method: 'POST', url: UPLOADS_PATH, payload, headers });
  expect(answer.json()).toMatchObject({ code: 413, error_code: 'payload_too_large', data: null });
});

test.each(['application/json', 'image/jpeg'])('refuses a body of the type %s', async (type) => {
  const { status, body } = await upload(type === 'image/jpeg' ? await photo() : '{}', { 'content-type': type });
  expect(status).toBe(415);
  expect(body).toMatchObject({ error_code: 'unsupported_media_type', data: null });
});

test('refuses a form that ends in the middle', async () => {
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  const { status, body } = await upload(
    '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
    headers,
  );
  expect(status).toBe(400);
  expect(body).toMatchObject({ error_code: 'invalid_request', data: null });
});
