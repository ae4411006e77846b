import { afterEach, beforeEach, expect, test } from 'vitest';
import { createImageClient, ImageApiError, type Token } from '../src/index.ts';
import { type StubServer, startStubServer } from './stub-server.ts';

let server: StubServer;

beforeEach(async () => {
  server = await startStubServer();
});
afterEach(() => server.close());

const clientWith = (token: Token) => createImageClient({ baseUrl: server.url, token });

test('calls a token function before each request, and once more after a 401', async () => {
  const asked: boolean[] = [];
  const client = clientWith(async ({ refresh }) => {
    asked.push(refresh);
    return refresh ? 'good' : 'stale';
  });
  await client.list();
  await client.list();
  expect(asked).toEqual([false, true, false, true]);
  expect(server.requests).toHaveLength(4);
});

test('calls a token function once when its token is accepted', async () => {
  const asked: boolean[] = [];
  const client = clientWith(({ refresh }) => {
    asked.push(refresh);
    return 'good';
  });
  await client.list();
  expect(asked).toEqual([false]);
  expect(server.requests).toHaveLength(1);
});

test('rejects with unauthenticated when the refreshed token gets a 401 too', async () => {
  const client = clientWith(() => 'stale');
  await expect(client.list()).rejects.toMatchObject({ code: 'unauthenticated', httpStatus: 401, retryable: false });
  expect(server.requests).toHaveLength(2);
});

test('sends a string token once', async () => {
  await expect(clientWith('stale').list()).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(server.requests).toHaveLength(1);
});

test('keeps the idempotency key of a create that is repeated with a new token', async () => {
  const client = clientWith(({ refresh }) => (refresh ? 'good' : 'stale'));
  await client.create({ model: 'image-01', prompt: 'a lighthouse' }, { idempotencyKey: 'key-1' });
  expect(server.images.keys).toEqual(['key-1']);
});

test('passes on an ImageApiError of a token function, and wraps any other error as unauthenticated', async () => {
  const offline = clientWith(() => Promise.reject(new ImageApiError('network')));
  await expect(offline.list()).rejects.toMatchObject({ code: 'network' });
  const cause = new Error('signed out');
  await expect(clientWith(() => Promise.reject(cause)).list()).rejects.toMatchObject({
    code: 'unauthenticated',
    cause,
  });
  expect(server.requests).toEqual([]);
});
