import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createLocalFileStore } from '../../src/files/local-file-store.ts';
import { createUrlSigner } from '../../src/files/url-signer.ts';
import { finishJob, pathOf } from './finished-job.ts';
import { PUBLIC_URL, shareApi } from './running-api.ts';
import { readRest, restSurface } from './surfaces.ts';

const api = shareApi({ CORS_ORIGINS: 'https://app.example' });
let jobId: string;
let link: string;
let bytes: number;
beforeAll(async () => {
  await api().app.start();
  const job = await finishJob(api());
  jobId = job.job_id;
  link = pathOf(job.images[0] ?? '');
  bytes = job.assets[0]?.bytes ?? 0;
});
const get = (url: string, headers: Record<string, string> = {}) => api().server.inject({ url, headers });

test('serves the image to any holder of its signed link', async () => {
  const response = await get(link);
  expect(response.statusCode).toBe(200);
  expect(response.rawPayload.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  expect(response.rawPayload).toHaveLength(bytes);
  expect(response.headers).toMatchObject({
    'content-type': 'image/jpeg',
    'content-length': String(bytes),
    'cache-control': expect.stringMatching(/^private, max-age=\d+, immutable$/),
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'cross-origin',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    'content-disposition': `inline; filename="${jobId}-0.jpg"`,
    etag: expect.stringMatching(/^".+"$/),
  });
});

test('limits the cache lifetime of an image to the lifetime of its link', async () => {
  const [, expires] = /expires=(\d+)/.exec(link) ?? [];
  const [, maxAge] = /max-age=(\d+)/.exec(String((await get(link)).headers['cache-control'])) ?? [];
  expect(Number(maxAge)).toBeGreaterThan(0);
  expect(Date.now() / 1_000 + Number(maxAge)).toBeLessThanOrEqual(Number(expires) + 1);
});

test('answers HEAD with the headers of the image and no body', async () => {
  const response = await api().server.inject({ method: 'HEAD', url: link });
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({ 'content-length': String(bytes), 'content-type': 'image/jpeg' });
  expect(response.rawPayload).toHaveLength(0);
});

test('answers 304 for an image that the client already has', async () => {
  const { etag } = (await get(link)).headers;
  const response = await get(link, { 'if-none-match': String(etag) });
  expect(response.statusCode).toBe(304);
  expect(response.rawPayload).toHaveLength(0);
  expect(response.headers.etag).toBe(etag);
  for (const known of [`W/${etag}`, `"another", ${etag}`, '*'])
    expect((await get(link, { 'if-none-match': known })).statusCode).toBe(304);
  for (const known of ['"another"', 'W/"another", "third"', ''])
    expect((await get(link, { 'if-none-match': known })).statusCode).toBe(200);
});

test('returns the same link again, so that caches work', async () => {
  const [image] = (await restSurface(api().server).status({ job_id: jobId })).json().data.images;
  expect(pathOf(image)).toBe(link);
});

describe('an invalid link', () => {
  const tampered: [string, (whole: string) => string][] = [
    ['with the name of another image', (whole) => whole.replace(/-0\.jpg/, '-1.jpg')],
    ['with another expiry', (whole) => whole.replace(/expires=\d+/, 'expires=9999999999')],
    [
      'with another signature',
      (whole) => whole.replace(/signature=(.)/, (text) => (text.endsWith('_') ? 'signature=-' : 'signature=_')),
    ],
    ['without a signature', (whole) => whole.replace(/&signature=.*/, '')],
    ['without an expiry', (whole) => whole.replace(/expires=\d+&/, '')],
    ['without a query', (whole) => whole.replace(/\?.*/, '')],
    ['with two expiries', (whole) => `${whole}&expires=9999999999`],
    ['with the path of another file', () => '/files/..%2f..%2fdarkroom.sqlite?expires=9999999999&signature=x'],
  ];
  test.each(tampered)('is refused %s', async (_, tamper) => {
    const response = await get(tamper(link));
    expect(readRest(response)).toEqual({ status: 403, error_code: 'link_expired', paths: null });
    expect(response.headers['cache-control']).toBe('no-store');
  });

  test('is refused after its expiry, although it is correctly signed', async () => {
    const database = new Sqlite(path.join(api().dataDir, 'darkroom.sqlite'), { readonly: true });
    const secret = String(database.prepare(`SELECT value FROM secrets WHERE name = 'file-links'`).pluck().get());
    database.close();
    const linkAt = (now: () => number) =>
      pathOf(createUrlSigner({ secret, baseUrl: PUBLIC_URL, ttlS: 3_600, clock: { now } }).sign(`${jobId}-0.jpg`).url);
    expect((await get(linkAt(Date.now))).statusCode).toBe(200);
    const old = linkAt(() => Date.now() - 2 * 3_600_000);
    expect(readRest(await get(old))).toEqual({ status: 403, error_code: 'link_expired', paths: null });
  });
});

test('removes the image of a deleted job, even for a valid link', async () => {
  const job = await finishJob(api());
  await restSurface(api().server).delete({ job_id: job.job_id });
  expect(readRest(await get(pathOf(job.images[0] ?? '')))).toMatchObject({ status: 404, error_code: 'not_found' });
});

test('rejects the link of a deleted job while its file still exists', async () => {
  const job = await finishJob(api());
  const image = pathOf(job.images[0] ?? '');
  await restSurface(api().server).delete({ job_id: job.job_id });
  const files = await createLocalFileStore({ dir: path.join(api().dataDir, 'files'), clock: systemClock });
  await files.put(`${job.job_id}-0.jpg`, Buffer.from('not gone yet'));
  expect(readRest(await get(image))).toMatchObject({ status: 404, error_code: 'not_found' });
  expect((await get(image, { 'if-none-match': '*' })).statusCode).toBe(404);
});

test('allows pages of the configured origins only to read images', async () => {
  const named = await get(link, { origin: 'https://app.example' });
  expect(named.headers['access-control-allow-origin']).toBe('https://app.example');
  const other = await get(link, { origin: 'https://evil.example' });
  expect(other.headers['access-control-allow-origin']).toBeUndefined();
});
