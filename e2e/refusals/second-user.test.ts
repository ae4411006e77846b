import { connect } from 'node:net';
import { UPLOADS_PATH } from '@darkroom/contracts/rest';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { createUser } from '@darkroom/test-kit/client/user';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, onTestFinished, test } from 'vitest';
import { sendByFetch } from './clients.ts';
import { isInstalled, openRoute, ROUTES } from './proxies.ts';
import { bodyOf, REFUSALS } from './refusals.ts';

const AT_ONCE = 20;

test.each(ROUTES.filter(isInstalled))(
  'accepts requests of one user beside twenty refused and twenty half-sent uploads of another: %s',
  async (route) => {
    const api = await startApi(await startProvider(), { RATE_LIMIT_PER_MINUTE: 0, USER_ACTIVE_LIMIT: 100 });
    const url = await openRoute(route, api);
    const { token } = api.user('1');
    const other = createUser(url, '2', AbortSignal.timeout(60_000));
    const refusal = REFUSALS.find(({ name }) => name === 'wrong field');
    if (!refusal) throw new Error('there is no such refusal');
    const body = bodyOf(refusal, 1_000_000);
    const headers = { authorization: `Bearer ${token}`, 'content-type': refusal.type };

    const refused = Array.from({ length: AT_ONCE }, () =>
      sendByFetch({ url: url + UPLOADS_PATH, method: 'POST', headers, body }),
    );
    for (let number = 0; number < AT_ONCE; number++) sendHalf(url, { ...headers, 'content-length': body.length }, body);
    const creates = Array.from({ length: AT_ONCE }, (_, number) => other.rest.create(imageRequest(`job ${number}`)));

    expect((await Promise.all(creates)).map(({ status }) => status)).toEqual(Array(AT_ONCE).fill(202));
    expect((await Promise.all(refused)).map(({ status }) => status)).toEqual(Array(AT_ONCE).fill(400));
    const later = await Promise.all(Array.from({ length: AT_ONCE }, () => other.sdk.list({ limit: 1 })));
    expect(later).toHaveLength(AT_ONCE);
  },
);

/** Sends half a request, and never closes. */
function sendHalf(url: string, headers: Record<string, string | number>, body: Buffer): void {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {}); // it may be cut off
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST ${UPLOADS_PATH} HTTP/1.1\r\nhost: ${hostname}\r\n${lines.join('')}\r\n`);
  socket.write(body.subarray(0, body.length / 2));
}
