import { ImageError, REQUEST_ERRORS, type RequestErrorCode } from '@darkroom/contracts/errors';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createImageClient, type ImageClient, isImageApiError } from '../src/index.ts';
import { answer, cut, refuse, type StubServer, startStubServer } from './stub-server.ts';

// Object.keys is typed string[]; the table is closed, so its keys are exactly these.
const codes = Object.keys(REQUEST_ERRORS) as RequestErrorCode[];

let server: StubServer;
let client: ImageClient;

beforeEach(async () => {
  server = await startStubServer();
  client = createImageClient({ baseUrl: server.url, token: 'good' });
});
afterEach(() => server.close());

test.each(codes)('rejects with %s from a procedure', async (code) => {
  const issues = [{ path: ['prompt'], message: '提示词不能为空' }];
  server.images.list = () => Promise.reject(new ImageError(code, { issues, retryAfterMs: 1500 }));
  const { retryable, zh } = REQUEST_ERRORS[code];
  await expect(client.list()).rejects.toMatchObject({ code, retryable, message: zh, issues, retryAfterMs: 1500 });
});

test.each(codes)('rejects with %s from a limit in front of the procedures', async (code) => {
  server.before.push(refuse(code));
  const { http: httpStatus, retryable, zh } = REQUEST_ERRORS[code];
  await expect(client.list()).rejects.toMatchObject({ code, retryable, message: zh, httpStatus, issues: [] });
});

test('names the fields that validation refused', async () => {
  await expect(client.create({ model: 'image-01', prompt: ' ', width: 512 })).rejects.toMatchObject({
    code: 'invalid_request',
    httpStatus: 400,
    issues: [{ path: ['prompt'] }, { path: ['height'] }],
  });
});

test('reports an internal server error without its cause', async () => {
  server.images.list = () => Promise.reject(new Error('SQLITE_CORRUPT'));
  const error: unknown = await client.list().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'internal', retryable: true, httpStatus: 500 });
  expect(String(error)).not.toContain('SQLITE');
});

test.each([
  ['an HTML page', 200, '<html></html>', false],
  ['foreign JSON', 200, '{"hello":"world"}', false],
  ['JSON that is not an object', 200, 'null', false],
  ['an empty batch', 200, '[]', false],
  ['a foreign result', 200, '[{"result":7}]', false],
  ['a result without data', 200, '[{"result":{}}]', false],
  ['a code from a later version', 418, '{"error_code":"teapot"}', false],
  ['a code named like a method of Object', 400, '{"error_code":"toString"}', false],
  ['429 from a proxy', 429, 'slow down', true],
  ['504 from a proxy', 504, 'Gateway Timeout', true],
])('rejects %s as bad_answer', async (_name, status, body, retryable) => {
  server.before.push(answer(status, body));
  await expect(client.list()).rejects.toMatchObject({ code: 'bad_answer', retryable });
});

test('rejects with network when the connection is lost or a body is cut short', async () => {
  server.before.push(cut);
  await expect(client.list()).rejects.toMatchObject({ code: 'network', retryable: true, httpStatus: undefined });
  server.before.push((request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-length': '100' });
    reply.raw.write('[{"result"', () => request.raw.socket.destroy());
  });
  await expect(client.list()).rejects.toMatchObject({ code: 'network', retryable: true });
});

test('recognizes errors by their marker instead of their class', () => {
  expect(isImageApiError({ name: 'ImageApiError' })).toBe(true);
  expect(isImageApiError(new Error('other'))).toBe(false);
  expect(isImageApiError(null)).toBe(false);
});
