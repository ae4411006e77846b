import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';
import { type Client, createChromiumClients, createCurlClient, createNodeClient, sendByFetch } from './clients.ts';
import { isInstalled, openRoute, ROUTES } from './proxies.ts';
import { bodyOf, REFUSALS, type Refusal, SIZES, type Size, statusesOf } from './refusals.ts';

/**
 * Refusals while a body arrives: every client, refusal and size, by every route. REFUSALS=50 sends each 50 times and
 * prints the table; REFUSALS_SIZES and REFUSALS_ROUTES select a part of it.
 */
const TIMES = Number(process.env.REFUSALS ?? 1);
const isFull = process.env.REFUSALS !== undefined;
const sizes = (process.env.REFUSALS_SIZES ?? (isFull ? Object.keys(SIZES).join() : '1 MB'))
  .split(',')
  .filter((name): name is Size => name in SIZES);
const routes = ROUTES.filter((route) => (process.env.REFUSALS_ROUTES ?? ROUTES.join(';')).split(';').includes(route));

const BUSY = '3';
/** The limit for another user's request on a machine busy with this test; only a hang takes longer. */
const NEXT_USER_WAITS_MS = 5_000;

async function openClients(url: string): Promise<Record<string, Client>> {
  const browser = hasChromium ? await createChromiumClients(url) : null;
  return {
    fetch: sendByFetch,
    'node:http, kept': createNodeClient(),
    curl: await createCurlClient(null),
    'curl, Expect': await createCurlClient(' 100-continue'),
    'curl, no Expect': await createCurlClient(''),
    ...(browser && { 'Chromium fetch': browser.fetch, 'Chromium XHR': browser.xhr }),
  };
}

describe.each(routes.filter(isInstalled))('%s', (route) => {
  test('delivers every refusal while the body still arrives, and delays no other user', {
    timeout: isFull ? 3_600_000 : 300_000,
  }, async () => {
    const api = await startApi(await startProvider(), { RATE_LIMIT_PER_MINUTE: 1, TRUST_PROXY: 'loopback' });
    const url = await openRoute(route, api);
    const clients = await openClients(url);
    const tokens = { nobody: null, user: api.user('2').token, busy: api.user(BUSY).token };
    const faults: string[] = [];
    const rows: string[] = [];

    for (const [name, send] of Object.entries(clients)) {
      for (const size of sizes) {
        const cells = [];
        for (const refusal of REFUSALS) {
          const statuses = statusesOf(refusal, SIZES[size], route !== 'direct');
          if (statuses.length === 0) {
            cells.push('-');
            continue;
          }
          let arrived = 0;
          for (let time = 0; time < TIMES; time++) {
            if (refusal.sender === 'busy') await useUpRate(api);
            const token = tokens[refusal.sender];
            let fault = await attempt(send, url, refusal, SIZES[size], token, statuses);
            if (fault !== null && refusal.sender === 'busy') {
              await useUpRate(api); // the minute had passed meanwhile
              fault = await attempt(send, url, refusal, SIZES[size], token, statuses);
            }
            if (fault === null) arrived++;
            else faults.push(`${name}, ${refusal.name}, ${size}: ${fault}`);
            const waitedMs = await waitOfAnother(api, url);
            if (waitedMs > NEXT_USER_WAITS_MS)
              faults.push(`${name}, ${refusal.name}, ${size}: another waited ${waitedMs} ms`);
          }
          cells.push(`${arrived}/${TIMES}`);
        }
        rows.push(`| ${name} | ${size} | ${cells.join(' | ')} |`);
        if (isFull) console.log(`${route} ${rows.at(-1)}`);
      }
    }

    if (isFull) console.log([`${route}: ${REFUSALS.map(({ name }) => name).join(' | ')}`, ...rows].join('\n'));
    expect(faults).toEqual([]);
  });
});

async function attempt(
  send: Client,
  url: string,
  refusal: Refusal,
  bytes: number,
  token: string | null,
  statuses: number[],
): Promise<string | null> {
  const { method, path, type } = refusal;
  const headers = { 'content-type': type, ...(token !== null && { authorization: `Bearer ${token}` }) };
  try {
    const answer = await send({ url: url + path, method, headers, body: bodyOf(refusal, bytes) });
    return statuses.includes(answer.status) && /^[a-z_]+$/.test(answer.error_code) ? null : JSON.stringify(answer);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
    return `${error}${cause}`.slice(0, 200);
  }
}

/** Uses up the limit of one request a minute; any further request is refused. */
async function useUpRate(api: Api): Promise<void> {
  await api
    .user(BUSY)
    .rest.create(imageRequest('the one of this minute'))
    .catch(() => {});
}

/** How long another user waits for a small request by the same route. */
async function waitOfAnother(api: Api, url: string): Promise<number> {
  const startedMs = performance.now();
  const headers = { authorization: `Bearer ${api.user('1').token}` };
  const response = await fetch(`${url}/api/v1/assets/mints/image/generation?limit=1`, { headers });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`another user had ${response.status}`);
  return performance.now() - startedMs;
}
