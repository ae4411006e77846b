import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type OwnPostgresServer, startPostgresServer } from '../apps/api/test/postgres/postgres-server.ts';

/** What all test files of a run share, asked for over loopback: vitest's workers are processes of their own. */
export interface RunServer {
  url: string;
  close(): Promise<void>;
}

/** Answers with the URL of the run's PostgreSQL, which starts when the first test file asks for it. */
export async function startRunServer(): Promise<RunServer> {
  let starting: Promise<OwnPostgresServer> | undefined;
  const server = createServer(async (_request, response) => {
    try {
      starting ??= startPostgresServer();
      response.end((await starting).url);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await (await starting?.catch(() => undefined))?.close();
    },
  };
}
