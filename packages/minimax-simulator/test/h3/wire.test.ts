import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/index.ts';
import { photo } from '../call-simulator.ts';
import { callH3, EDITS, GENERATIONS, imagesOf, postH3, readEvents, reference } from './call-h3.ts';

let simulator: Simulator;
let nowMs = Date.parse('2026-12-01T10:00:00Z');

beforeAll(async () => {
  simulator = await startSimulator({
    images: 'plain',
    scale: 0.05,
    apiKey: 'key',
    requestsPerMinute: 20,
    balanceImages: 40,
    now: () => nowMs,
  });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

const link = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/.+%2F.+_aigc\.jpeg\?Expires=\d+&/);
const usage = {
  input_tokens: expect.any(Number),
  output_tokens: 3 * 1024,
  total_tokens: expect.any(Number),
  input_tokens_details: { text_tokens: expect.any(Number), image_tokens: 0 },
};

test('answers with the time, the links, the usage and an id', async () => {
  const response = await callH3(simulator.url, GENERATIONS, { n: 3, area: '1K' });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    created: nowMs / 1000,
    data: Array(3).fill({ url: link }),
    usage,
    request_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
});

test('answers with base64 when it is requested', async () => {
  const response = await callH3(simulator.url, GENERATIONS, { response_format: 'b64_json', output_format: 'webp' });
  const { data } = await imagesOf(response);
  expect(data).toEqual([{ b64_json: expect.stringMatching(/^UklGR/) }]);
});

test.each([
  [GENERATIONS, {}, 'image_generation'],
  [EDITS, { images: [reference(photo('chelsea.png'))] }, 'image_edit'],
])('streams each image of %s and then a summary', async (path, fields, prefix) => {
  const response = await callH3(simulator.url, path, {
    n: 3,
    area: '1K',
    stream: true,
    aspect_ratio: '1:1',
    ...fields,
  });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const events = await readEvents(response);
  const image = {
    type: `${prefix}.partial_succeeded`,
    created_at: nowMs / 1000,
    model: 'MiniMax-H3-Image',
    image_index: expect.any(Number),
    url: link,
    size: '51x51',
  };
  expect(events).toEqual([
    ...Array(3).fill({ event: image.type, data: image }),
    { event: `${prefix}.completed`, data: expect.objectContaining({ type: `${prefix}.completed` }) },
  ]);
  expect(events.at(-1)?.data).toMatchObject({ usage: { output_tokens: 3 * 1024 }, request_id: expect.any(String) });
});

test('marks each image with the id of its call and its index', async () => {
  const response = await callH3(simulator.url, GENERATIONS, { n: 2 });
  const { data, request_id } = await imagesOf(response);
  const [call] = simulator.calls();
  expect(call).toMatchObject({ id: request_id, charged: 2, accepted: true, answer: 'images' });
  const downloads = await Promise.all(data.map(({ url = '' }) => fetch(url)));
  for (const [index, download] of downloads.entries()) {
    const { exif } = await sharp(await download.arrayBuffer()).metadata();
    expect(exif?.toString('latin1')).toContain(`${request_id} ${index}`);
  }
});

test('answers 401 to a missing or wrong key', async () => {
  for (const key of ['other', '']) expect((await callH3(simulator.url, GENERATIONS, {}, key)).status).toBe(401);
  expect(simulator.calls()).toMatchObject(Array(2).fill({ accepted: false, answer: 'unauthorized' }));
});

test('answers 429 with Retry-After to the 21st call within a minute', async () => {
  for (let count = 0; count < 20; count++) await callH3(simulator.url, GENERATIONS);
  nowMs += 50_500;
  const refused = await callH3(simulator.url, GENERATIONS);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
  expect(await refused.json()).toMatchObject({ error: { type: 'rate_limit_error' } });
  expect(simulator.calls().at(-1)).toMatchObject({ accepted: false, answer: 'rate_limited', charged: 0 });
  nowMs += 9_500;
  expect((await callH3(simulator.url, GENERATIONS)).status).toBe(200);
});

test('answers 402 to a call that the balance does not cover', async () => {
  for (let count = 0; count < 3; count++) await callH3(simulator.url, GENERATIONS, { n: 10 });
  await callH3(simulator.url, GENERATIONS, { n: 8 });
  expect((await callH3(simulator.url, GENERATIONS, { n: 3 })).status).toBe(402);
  expect((await callH3(simulator.url, GENERATIONS, { n: 2 })).status).toBe(200);
  expect(simulator.calls().map(({ charged }) => charged)).toEqual([10, 10, 10, 8, 0, 2]);
});

test('answers 400 to a body that is not JSON', async () => {
  const response = await postH3(simulator.url, GENERATIONS, '{"model":');
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
});
