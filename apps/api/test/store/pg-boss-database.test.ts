import net from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createPgBossDatabase } from '../../src/store/postgres/pg-boss-database.ts';
import { givenPostgres } from './open-postgres-stores.ts';

const postgres = givenPostgres();

/** A proxy before PostgreSQL that can speak in its place. */
async function startProxy() {
  const target = new URL(postgres.url());
  const clients = new Set<net.Socket>();
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname);
    client.pipe(upstream).pipe(client);
    clients.add(client);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on('error', () => {});
      socket.on('close', () => {
        clients.delete(client);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const client of clients) client.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port');
  const url = new URL(postgres.url());
  url.port = String(address.port);
  return {
    url: url.href,
    /** Sends these bytes to every client and closes its connection. */
    endAll(bytes: Buffer) {
      for (const client of clients) client.end(bytes);
    },
  };
}

/** https://www.postgresql.org/docs/18/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-ERRORRESPONSE */
function fatalError(): Buffer {
  const fields = Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');
  const head = Buffer.from('E....');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

test('survives further errors of a listening connection that it gave up, and listens again', async () => {
  const proxy = await startProxy();
  const onLost = vi.fn();
  const database = createPgBossDatabase(proxy.url, systemClock, onLost);
  const onReconnect = vi.fn();
  const listening = await database.listen('a channel', () => {}, onReconnect);
  onTestFinished(async () => {
    await listening.close();
    await database.close();
  });
  expect(onReconnect).toHaveBeenCalledTimes(1);
  // Both errors arrive together, as after a suspension of the process: the first one makes it give up the connection.
  proxy.endAll(Buffer.concat([fatalError(), fatalError()]));
  await vi.waitFor(() => expect(onReconnect).toHaveBeenCalledTimes(2), { timeout: 10_000 });
  expect(onLost).toHaveBeenCalledWith(expect.objectContaining({ code: '57P01' }));
});
