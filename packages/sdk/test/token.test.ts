import { afterEach, beforeEach, expect, test } from 'vitest';
import { createImageClient, ImageApiError, type Token } from '../src/index.ts';
import { type StubServer, startStubServer } from './stub-server.ts';

let server: StubServer;

beforeEach(async () => {
  server = await startStubServer();
});
afterEach(() => server.close());

const clientWith = (token: Token) => createImageClient({ baseUrl: server.url, token });

test('a function is asked before each request, and once more after a 401', async () => {
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

test('a function whose token is good is asked once', async () => {
  const asked: boolean[] = [];
  const client = clientWith(({ refresh }) => {
    asked.push(refresh);
    return 'good';
  });
  await client.list();
  expect(asked).toEqual([false]);
  expect(server.requests).toHaveLength(1);
});

test('a 401 with the fresh token is the answer', async () => {
  const client = clientWith(() => 'stale');
  await expect(client.list()).rejects.toMatchObject({ code: 'unauthenticated', httpStatus: 401, retryable: false });
  expect(server.requests).toHaveLength(2);
});

test('a string is sent once', async () => {
  await expect(clientWith('stale').list()).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(server.requests).toHaveLength(1);
});

test('a create repeated for a new token keeps its key', async () => {
  const client = clientWith(({ refresh }) => (refresh ? 'good' : 'stale'));
  await client.create({ model: 'image-01', prompt: 'a lighthouse' }, { idempotencyKey: 'order-1' });
  expect(server.images.keys).toEqual(['order-1']);
});

test('a failing function: its own ImageApiError as it is, anything else as unauthenticated with the cause', async () => {
  const offline = clientWith(() => Promise.reject(new ImageApiError('network')));
  await expect(offline.list()).rejects.toMatchObject({ code: 'network' });
  const cause = new Error('signed out');
  await expect(clientWith(() => Promise.reject(cause)).list()).rejects.toMatchObject({
    code: 'unauthenticated',
    cause,
  });
  expect(server.requests).toEqual([]);
});
