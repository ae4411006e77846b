import { once } from 'node:events';
import { createServer } from 'node:net';

/** Returns a port that is free now. Links contain the port, so it must be known before the server listens. */
export async function findFreePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error(`No port on ${host}`);
  return address.port;
}
