import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { GENERATION_PATH } from '@darkroom/contracts/rest';
import { expect, onTestFinished, test } from 'vitest';
import type { ClientBounds } from '../../src/http/server.ts';
import { buildFaultyServer } from './faulty-server.ts';
import { WIDE } from './wide-bounds.ts';

async function listen(bounds: Partial<ClientBounds>): Promise<() => Socket> {
  const server = await buildFaultyServer(new Error('not to be reached'), { ...WIDE, ...bounds });
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  return () => {
    const socket = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    return socket;
  };
}

async function expectRefusal(socket: Socket): Promise<void> {
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(body)).toMatchObject({ code: 400, data: null, error_code: 'invalid_request' });
}

test.each([
  ['nothing at all', ''],
  ['headers without an end', 'GET / HTTP/1.1\r\nhost: a\r\n'],
])('disconnects a client that sends %s', async (_name, words) => {
  const open = await listen({ headersTimeoutMs: 50 });
  const socket = open();
  socket.write(words);
  await expectRefusal(socket);
});

test('disconnects a client that sends a body without an end', async () => {
  const open = await listen({ headersTimeoutMs: 50, requestTimeoutMs: 50 });
  const socket = open();
  const head = `POST ${GENERATION_PATH} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 10`;
  socket.write(`${head}\r\n\r\n{`);
  await expectRefusal(socket);
});

test('closes connections beyond the bound at once, and admits the next after one has closed', async () => {
  const open = await listen({ maxConnections: 2 });
  const held = [open(), open()];
  await Promise.all(held.map((socket) => once(socket, 'connect')));
  expect(await text(open())).toBe('');

  held[0]?.destroy();
  await expect
    .poll(async () => {
      const socket = open();
      socket.write('GET /health/live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
      return text(socket).catch(() => '');
    })
    .toContain('HTTP/1.1 200');
});
