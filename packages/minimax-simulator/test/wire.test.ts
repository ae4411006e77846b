import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../src/index.ts';
import { callSimulator, photo, post, referenceTo } from './call-simulator.ts';

let simulator: Simulator;
let nowMs = Date.parse('2026-11-22T10:00:00Z');

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain', apiKey: 'key', requestsPerMinute: 20, now: () => nowMs });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

test('answers a valid call with links, an id that is also the trace id, and counts as strings', async () => {
  const { response, body } = await callSimulator(simulator.url, { n: 3 });
  expect(response.status).toBe(200);
  expect(response.headers.get('trace-id')).toBe(body.id);
  expect(body).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    data: {
      image_urls: Array(3).fill(expect.stringMatching(/%2F.+_aigc\.jpeg\?Expires=\d+&OSSAccessKeyId=.+&Signature=/)),
    },
    metadata: { success_count: '3', failed_count: '0' },
    base_resp: { status_code: 0, status_msg: 'success' },
  });
});

test('returns bare base64 of a JPEG', async () => {
  const { body } = await callSimulator(simulator.url, { response_format: 'base64', n: 2 });
  expect(body.data?.image_urls).toBeUndefined();
  expect(body.data?.image_base64).toHaveLength(2);
  expect(body.data?.image_base64?.[0]).toMatch(/^\/9j\//);
});

test('answers 1004 to a missing or wrong key and accepts nothing', async () => {
  expect((await callSimulator(simulator.url, {}, 'other')).code).toBe(1004);
  expect((await callSimulator(simulator.url, {}, '')).code).toBe(1004);
  expect(simulator.calls()).toMatchObject([
    { accepted: false, answer: 'unauthorized' },
    { accepted: false, answer: 'unauthorized' },
  ]);
});

const longest = '字'.repeat(1499);

test.each([
  ['a prompt of 1499 code points', { prompt: longest }],
  ['1499 code points outside the basic plane', { prompt: '🦊'.repeat(1499) }],
  ['a size of its own', { width: 512, height: 2048 }],
  ['a size and an aspect ratio, which wins', { width: 512, height: 2048, aspect_ratio: '16:9' }],
  ['21:9 on image-01', { aspect_ratio: '21:9' }],
  ['a style', { model: 'image-01-live', style: { style_type: '水彩', style_weight: 0.5 } }],
  ['a field that does not exist', { cheese: true }],
  ['a reference by URL', { subject_reference: [{ type: 'character', image_file: 'https://example.com/a.jpg' }] }],
  ['a reference by value', referenceTo(photo('chelsea.png'))],
])('accepts %s', async (_what, fields) => {
  expect((await callSimulator(simulator.url, fields)).code).toBe(0);
});

test.each([
  ['a prompt of 1500 code points', { prompt: `${longest}字` }],
  ['an empty prompt', { prompt: '' }],
  ['a model that does not exist', { model: 'image-02' }],
  ['n of 0', { n: 0 }],
  ['n of 10', { n: 10 }],
  ['n as text', { n: '2' }],
  ['a width alone', { width: 1024 }],
  ['a width off the grid', { width: 1020, height: 1024 }],
  ['a width below 512', { width: 504, height: 1024 }],
  ['a width above 2048', { width: 2056, height: 1024 }],
  ['a size on image-01-live', { model: 'image-01-live', width: 512, height: 512 }],
  ['21:9 on image-01-live', { model: 'image-01-live', aspect_ratio: '21:9' }],
  ['an unknown aspect ratio', { aspect_ratio: '5:4' }],
  ['two references', { subject_reference: Array(2).fill(referenceTo(photo('chelsea.png')).subject_reference?.[0]) }],
  ['a WebP reference', referenceTo(Buffer.from('RIFF'), 'webp')],
  ['a reference that is no image', referenceTo(Buffer.from('not an image'))],
  ['a reference of 10 MB', referenceTo(Buffer.alloc(10_000_000))],
])('refuses %s with 2013', async (_what, fields) => {
  expect((await callSimulator(simulator.url, fields)).code).toBe(2013);
  expect(simulator.calls()).toMatchObject([{ accepted: false, answer: 'invalid' }]);
});

test('refuses a body that is not JSON with 2013', async () => {
  const response = await post(simulator.url, '{"model":');
  expect(await response.json()).toMatchObject({ base_resp: { status_code: 2013 } });
});

test('answers 1002 to the 21st call within a minute, and 0 in the next minute', async () => {
  for (let count = 0; count < 20; count++) await callSimulator(simulator.url);
  expect((await callSimulator(simulator.url)).code).toBe(1002);
  expect(simulator.calls().at(-1)).toMatchObject({ accepted: false, answer: 'rate_limited' });
  nowMs += 60_000;
  expect((await callSimulator(simulator.url)).code).toBe(0);
});
