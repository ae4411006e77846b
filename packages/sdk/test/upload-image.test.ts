import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createImageClient, type ImageClient, type UploadRequest } from '../src/index.ts';
import { answer, cut, type StubServer, startStubServer } from './stub-server.ts';

let server: StubServer;
let client: ImageClient;
let bytes: Uint8Array;

beforeEach(async () => {
  server = await startStubServer();
  client = createImageClient({ baseUrl: server.url, token: 'good' });
  bytes = new Uint8Array(await readPhoto('rocket.jpg'));
});
afterEach(() => server.close());

test('uploads bytes and blobs whole, and returns the reference', async () => {
  const expected = { image_file: expect.stringMatching(/^upload:\/\//), bytes: bytes.length };
  expect(await client.upload(bytes)).toMatchObject(expected);
  expect(await client.upload(new Blob([bytes.slice()]))).toMatchObject(expected);
  expect(server.requests).toEqual([UPLOADS_PATH, UPLOADS_PATH]);
});

test('rejects with a typed error for refusals, bad answers and lost connections', async () => {
  await expect(client.upload(new Uint8Array(3))).rejects.toMatchObject({ code: 'unsupported_image', httpStatus: 415 });
  server.before.push(answer(201, '{"data":{}}'));
  await expect(client.upload(bytes)).rejects.toMatchObject({ code: 'bad_answer' });
  server.before.push(cut);
  await expect(client.upload(bytes)).rejects.toMatchObject({ code: 'network' });
  await expect(client.upload('/tmp/photo.jpg')).rejects.toThrow(/uploadFile/);
});

test('passes address, field, path and token to uploadFile of the platform, once more after a 401', async () => {
  const sent: UploadRequest[] = [];
  const platform = createImageClient({
    baseUrl: 'https://images.example',
    token: ({ refresh }) => (refresh ? 'new' : 'old'),
    uploadFile: async (request) => {
      sent.push(request);
      if (sent.length === 1) return { status: 401, body: '{"error_code":"unauthenticated"}' };
      return { status: 201, body: '{"code":201,"data":{"image_file":"upload://x"}}' };
    },
  });
  expect(await platform.upload('wxfile://tmp/1.jpg')).toEqual({ image_file: 'upload://x' });
  expect(sent).toMatchObject([
    { url: `https://images.example${UPLOADS_PATH}`, field: 'file', file: 'wxfile://tmp/1.jpg' },
    { headers: { authorization: 'Bearer new' } },
  ]);
});

test.each([
  ['network', () => Promise.reject(new Error('uploadFile:fail interrupted'))],
  ['bad_answer', () => Promise.resolve({ status: 502, body: '<html>' })],
  ['payload_too_large', () => Promise.resolve({ status: 413, body: '{"error_code":"payload_too_large"}' })],
])('rejects with %s from uploadFile of the platform', async (code, uploadFile) => {
  const platform = createImageClient({ baseUrl: '', token: 'good', uploadFile });
  await expect(platform.upload('wxfile://tmp/1.jpg')).rejects.toMatchObject({ code });
});

test('ends an aborted upload at once', async () => {
  const controller = new AbortController();
  const platform = createImageClient({ baseUrl: '', token: 'good', uploadFile: () => new Promise(() => {}) });
  const uploaded = platform.upload('wxfile://tmp/1.jpg', { signal: controller.signal });
  controller.abort();
  await expect(uploaded).rejects.toMatchObject({ code: 'aborted' });
  await expect(client.upload(bytes, { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
  expect(server.requests).toEqual([]);
});
