import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type OwnPostgresServer, startPostgresServer } from './infrastructure/postgres-server.ts';

/**
 * Shares resources between all test files of a run over loopback HTTP, since vitest's workers are separate processes.
 */
export interface RunServer {
  url: string;
  close(): Promise<void>;
}

/** Answers with the URL of the run's PostgreSQL, which is started by the first request. */
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
  // A listening TCP server always has an address with a port.
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
