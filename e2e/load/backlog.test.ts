import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, onTestFinished, test } from 'vitest';

const CONNECTIONS = 1_000;
const SOMAXCONN = '/proc/sys/net/core/somaxconn';
/** The system's limit for a listener's backlog; Linux only, other systems allow less than the test needs. */
const allowed = existsSync(SOMAXCONN) ? Number(readFileSync(SOMAXCONN, 'utf8')) : 0;

test.skipIf(allowed < CONNECTIONS)(
  'keeps a thousand connections in the backlog while the process is busy',
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
