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

test.each(codes)('%s from a procedure', async (code) => {
  const issues = [{ path: ['prompt'], message: '提示词不能为空' }];
  server.images.list = () => Promise.reject(new ImageError(code, { issues, retryAfterMs: 1500 }));
  const { retryable, zh } = REQUEST_ERRORS[code];
  await expect(client.list()).rejects.toMatchObject({ code, retryable, message: zh, issues, retryAfterMs: 1500 });
});

test.each(codes)('%s from the limits in front of the procedures', async (code) => {
  server.before.push(refuse(code));
  const { http: httpStatus, retryable, zh } = REQUEST_ERRORS[code];
  await expect(client.list()).rejects.toMatchObject({ code, retryable, message: zh, httpStatus, issues: [] });
});

test('validation says which fields', async () => {
  await expect(client.create({ model: 'image-01', prompt: ' ', width: 512 })).rejects.toMatchObject({
    code: 'invalid_request',
    httpStatus: 400,
    issues: [{ path: ['prompt'] }, { path: ['height'] }],
  });
});

test('a fault of the server is internal, without its cause', async () => {
  server.images.list = () => Promise.reject(new Error('SQLITE_CORRUPT'));
  const error: unknown = await client.list().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'internal', retryable: true, httpStatus: 500 });
  expect(String(error)).not.toContain('SQLITE');
});

test.each([
  ['a page', 200, '<html></html>', false],
  ['JSON of somebody else', 200, '{"hello":"world"}', false],
  ['no JSON object', 200, 'null', false],
  ['an empty batch', 200, '[]', false],
  ['a result of somebody else', 200, '[{"result":7}]', false],
  ['a result without data', 200, '[{"result":{}}]', false],
  ['a code from a later version', 418, '{"error_code":"teapot"}', false],
  ['a code named like a method', 400, '{"error_code":"toString"}', false],
  ['a proxy under pressure', 429, 'slow down', true],
  ['a proxy without its server', 504, 'Gateway Timeout', true],
])('%s is a bad_answer', async (_name, status, body, retryable) => {
  server.before.push(answer(status, body));
  await expect(client.list()).rejects.toMatchObject({ code: 'bad_answer', retryable });
});

test('a connection lost before, or a body cut short, is network', async () => {
  server.before.push(cut);
  await expect(client.list()).rejects.toMatchObject({ code: 'network', retryable: true, httpStatus: undefined });
  server.before.push((request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-length': '100' });
    reply.raw.write('[{"result"', () => request.raw.socket.destroy());
  });
  await expect(client.list()).rejects.toMatchObject({ code: 'network', retryable: true });
});

test('errors are recognised by their marker, not by their class', () => {
  expect(isImageApiError({ name: 'ImageApiError' })).toBe(true);
  expect(isImageApiError(new Error('other'))).toBe(false);
  expect(isImageApiError(null)).toBe(false);
});
