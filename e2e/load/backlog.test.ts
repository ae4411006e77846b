import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startApi } from '../harness/api.ts';
import { startProvider } from '../harness/provider.ts';

const CONNECTIONS = 1_000;
const SOMAXCONN = '/proc/sys/net/core/somaxconn';
/** What the system lets a listener ask for; Linux says it here, others allow less than is tried. */
const allowed = existsSync(SOMAXCONN) ? Number(readFileSync(SOMAXCONN, 'utf8')) : 0;

test.skipIf(allowed < CONNECTIONS)(
  'a thousand who come while the process is busy wait to be accepted',
  async () => {
    const api = await startApi(await startProvider());
    api.process.signal('SIGSTOP');

    const sockets = Array.from({ length: CONNECTIONS }, () => connect(api.port, '127.0.0.1'));
    onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));

    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    api.process.signal('SIGCONT');
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
  },
  20_000,
);
