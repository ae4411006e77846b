import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { readAttempts } from '@darkroom/test-kit/api/read-attempts';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { checkEnding, checkLog, checkRows } from './check-rows.ts';
import { delivered, LOST, NOT_FETCHED, UNREACHABLE } from './endings.ts';
import { brokenImage, FAULT_GROUPS, PROVIDER_TEXT } from './fault-table.ts';
import { UNREACHABLE_ADDRESSES } from './unreachable-addresses.ts';

/** Runs all rows at once, with retries that do not wait. */
const SETTINGS = { GENERATION_CONCURRENCY: 100, MINIMAX_RETRY_BASE_MS: 10 };

describe('a job whose provider call or download fails', () => {
  test.each(FAULT_GROUPS)('ends as the fault table says when $when', async ({ settings, rows }) => {
    const provider = await startProvider();
    const api = await startApi(provider, { ...SETTINGS, ...settings });

    await checkRows(api, provider, rows);

    expect(await api.user().sdk.generate(imageRequest('afterwards'))).toMatchObject({ status: 'COMPLETED' });
  });

  test('follows a redirect of an image only to the host of its link', async () => {
    const provider = await startProvider();
    const api = await startApi(provider, { ...SETTINGS, DOWNLOAD_RETRY_FOR_MS: 3_000 });
    const neighbour = await startNeighbour();
    const link = await createImageLink(provider.url);
    const sameByName = link.replace('127.0.0.1', 'localhost');

    await checkRows(api, provider, [
      brokenImage('to the provider itself', { kind: 'redirect', location: link }, delivered()),
      brokenImage('to its other name', { kind: 'redirect', location: sameByName }, NOT_FETCHED),
      brokenImage('to the neighbourhood', { kind: 'redirect', location: neighbour.url }, NOT_FETCHED),
    ]);
    expect(neighbour.connections()).toBe(0);
  });

  test('fails as provider_unavailable after five attempts when no connection can be made', async () => {
    await Promise.all(
      UNREACHABLE_ADDRESSES.map(async ({ fault, open, reason, settings }) => {
        const api = await startApi({ url: await open() }, { ...SETTINGS, ...settings });
        const { sdk } = api.user();
        const job = await sdk.wait(await sdk.create(imageRequest(fault)));

        checkEnding(fault, UNREACHABLE, { job, api, calls: 0 });
        const reasons = readAttempts(api).map((attempt) => attempt.failure_message);
        expect.soft(reasons, fault).toEqual(Array(5).fill(`MiniMax: no connection (${reason})`));
        checkLog(api);
      }),
    );
  });

  test('gets no second call when the connection is reset before the request is read', async () => {
    const provider = await startProvider();
    provider.script({ times: 1, fault: { kind: 'reset', at: 'request' } });
    const api = await startApi(provider, SETTINGS);
    const { sdk } = api.user();

    const job = await sdk.wait(await sdk.create(imageRequest('reset')));

    checkEnding('reset', LOST, { job, api, calls: provider.calls().length });
  });
});

test('keeps the message of MiniMax with the attempt, and logs its host', async () => {
  const provider = await startProvider();
  provider.script({ fault: { kind: 'base_resp', code: 2049, message: PROVIDER_TEXT } });
  const api = await startApi(provider);
  const { sdk } = api.user();

  await sdk.wait(await sdk.create(imageRequest('with a key of another region')));

  expect(readAttempts(api)).toMatchObject([{ failure_message: expect.stringContaining(PROVIDER_TEXT) }]);
  const reason = `MiniMax: base_resp 2049 from ${new URL(provider.url).host}`;
  await api.process.lineWith(`"reason":"${reason}"`);
});

/** Starts a server next to the provider, to which no connection may be made. */
async function startNeighbour(): Promise<{ url: string; connections(): number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A listening TCP server always has an address with a port.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, connections: () => connections };
}

const Created = z.object({ data: z.object({ image_urls: z.tuple([z.string()]) }) });

/** Requests an image from the provider directly, and returns its link. */
async function createImageLink(providerUrl: string): Promise<string> {
  const response = await fetch(`${providerUrl}/v1/image_generation`, {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
    body: JSON.stringify(imageRequest('an image to link to')),
  });
  return Created.parse(await response.json()).data.image_urls[0];
}
