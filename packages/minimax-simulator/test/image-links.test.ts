import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../src/index.ts';
import { callSimulator } from './call-simulator.ts';

let simulator: Simulator;
let link: string;
const startMs = Date.parse('2026-11-22T10:00:00Z');
let nowMs = startMs;

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain', now: () => nowMs });
  link = (await callSimulator(simulator.url)).urls[0] ?? '';
});
afterAll(() => simulator.close());

test('serves a JPEG under an unchanged link', async () => {
  const response = await fetch(link);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/jpeg');
  expect(
    Buffer.from(await response.arrayBuffer())
      .subarray(0, 3)
      .toString('hex'),
  ).toBe('ffd8ff');
});

test.each([
  ['its %2F decoded', (url: string) => url.replaceAll('%2F', '/')],
  ['its %2F in lower case', (url: string) => url.replaceAll('%2F', '%2f')],
  ['its signature decoded', (url: string) => url.replace(/%3D$/, '=')],
  ['another parameter in the query', (url: string) => `${url}&x-oss-process=image/info`],
  ['another expiry', (url: string) => url.replace(/Expires=\d/, 'Expires=2')],
  ['no query', (url: string) => url.split('?')[0] ?? ''],
])('answers 403 to a link with %s', async (_what, change) => {
  expect(change(link)).not.toBe(link);
  expect((await fetch(change(link))).status).toBe(403);
});

test('answers 400 to a link that is opened with an Authorization header', async () => {
  expect((await fetch(link, { headers: { authorization: 'Bearer key' } })).status).toBe(400);
});

test('answers 403 with "Request has expired" exactly 24 hours after the link was issued', async () => {
  nowMs = startMs + 24 * 60 * 60 * 1000 - 1;
  expect((await fetch(link)).status).toBe(200);
  nowMs += 1;
  const expired = await fetch(link);
  expect(expired.status).toBe(403);
  expect(await expired.text()).toContain('Request has expired');
});
