import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/index.ts';
import { callH3, EDITS, GENERATIONS, publicReference } from './call-h3.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain', scale: 0.02 });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

const longest = '字'.repeat(32_000);
const images = [publicReference(1)];

describe('a call of generations', () => {
  test.each([
    ['the fast model', { model: 'MiniMax-H3-Image-Highspeed' }],
    ['a prompt of 32,000 characters', { prompt: longest }],
    ['32,000 characters outside the basic plane, between blanks', { prompt: ` ${'🦊'.repeat(32_000)}\n` }],
    ['n of 10', { n: 10 }],
    ['the smallest area', { size: '1280x512' }],
    ['the largest area', { size: '5000x4000' }],
    ['a ratio of 3:1', { size: '1536x512' }],
    ['a size off any grid', { size: '1001x999' }],
    ['size auto with an aspect ratio and an area', { size: 'auto', aspect_ratio: '300:100', area: '1K' }],
    ['aspect ratio auto with a fixed size', { size: '1024x1024', aspect_ratio: 'auto' }],
    ['each bound of output_compression', { output_compression: 0, output_format: 'webp' }],
    ['an unenhanced prompt with a size', { disable_prompt_enhanced: true, size: '1024x1024' }],
    ['an unenhanced prompt with an aspect ratio', { disable_prompt_enhanced: true, aspect_ratio: '1:1' }],
  ])('is accepted with %s', async (_what, fields) => {
    expect((await callH3(simulator.url, GENERATIONS, fields)).status).toBe(200);
  });

  test.each([
    ['the older model', 'model', { model: 'image-01' }],
    ['a blank prompt', 'prompt', { prompt: ' \n' }],
    ['a prompt of 32,001 characters', 'prompt', { prompt: `${longest}字` }],
    ['n of 0', 'n', { n: 0 }],
    ['n of 11', 'n', { n: 11 }],
    ['n as text', 'n', { n: '2' }],
    ['an area below 655,360 pixels', 'size', { size: '1279x512' }],
    ['an area above 20,000,000 pixels', 'size', { size: '5001x4000' }],
    ['a ratio above 3:1', 'size', { size: '1537x512' }],
    ['a size of zero', 'size', { size: '0x1024' }],
    ['a size with a capital X', 'size', { size: '1024X1024' }],
    ['a ratio above 3:1 in aspect_ratio', 'aspect_ratio', { aspect_ratio: '301:100' }],
    ['an aspect ratio that is steeper than 1:3', 'aspect_ratio', { aspect_ratio: '1:4' }],
    ['an aspect ratio with a fraction', 'aspect_ratio', { aspect_ratio: '1.5:1' }],
    ['a fixed size and an aspect ratio', 'size', { size: '1024x1024', aspect_ratio: '1:1' }],
    ['a fixed size and an area', 'size', { size: '1024x1024', area: '1K' }],
    ['an unknown area', 'area', { area: '8K' }],
    ['an unknown format', 'output_format', { output_format: 'gif' }],
    ['an output_compression of 101', 'output_compression', { output_compression: 101 }],
    ['an output_compression for png', 'output_compression', { output_compression: 9, output_format: 'png' }],
    ['an unenhanced prompt without a size', 'disable_prompt_enhanced', { disable_prompt_enhanced: true, area: '1K' }],
    ['an unknown response format', 'response_format', { response_format: 'base64' }],
    ['a stream of base64', 'response_format', { response_format: 'b64_json', stream: true }],
    ['references', 'images', { images }],
    ['a seed, which does not exist', 'seed', { seed: 1 }],
    ['a null in place of an absent field', 'size', { size: null }],
  ])('is refused with 400 for %s', async (_what, param, fields) => {
    const response = await callH3(simulator.url, GENERATIONS, fields);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'invalid_parameter', message: expect.stringMatching(`^invalid params, ${param} `) },
    });
    expect(simulator.calls()).toMatchObject([{ accepted: false, answer: 'invalid', charged: 0 }]);
  });
});

describe('a call of edits', () => {
  test.each([
    ['16 references', { images: Array.from({ length: 16 }, (_, index) => publicReference(index)) }],
    ['a prompt of 8,000 characters', { images, prompt: '字'.repeat(8_000) }],
    ['an enhanced prompt', { images, disable_prompt_enhanced: false }],
  ])('is accepted with %s', async (_what, fields) => {
    expect((await callH3(simulator.url, EDITS, { area: '1K', ...fields })).status).toBe(200);
  });

  test.each([
    ['no references', 'images', {}],
    ['an empty list', 'images', { images: [] }],
    ['17 references', 'images', { images: Array(17).fill(publicReference(1)) }],
    ['a prompt of 8,001 characters', 'prompt', { images, prompt: '字'.repeat(8_001) }],
    ['an unenhanced prompt', 'disable_prompt_enhanced', { images, disable_prompt_enhanced: true, size: '1024x1024' }],
    ['a text in place of an object', 'images.0', { images: ['https://example.com/a.png'] }],
    ['a reference under another key', 'images.0', { images: [{ url: 'https://example.com/a.png' }] }],
    ['a reference with a further key', 'images.0', { images: [{ ...publicReference(1), detail: 'high' }] }],
    ['a reference by another scheme', 'images.0', { images: [{ image_url: 'ftp://example.com/a.png' }] }],
  ])('is refused with 400 for %s', async (_what, param, fields) => {
    const response = await callH3(simulator.url, EDITS, fields);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(` ${param}`) } });
  });
});

test('records the fields as they were sent', async () => {
  const fields = {
    model: 'MiniMax-H3-Image',
    prompt: 'a red fox',
    n: 2,
    size: 'auto',
    aspect_ratio: '16:9',
    stream: true,
  };
  await (await callH3(simulator.url, GENERATIONS, fields)).text();
  expect(simulator.calls()).toMatchObject([
    { endpoint: GENERATIONS, request: null, h3: { request: fields, references: [] } },
  ]);
  expect(simulator.calls()[0]?.h3?.request).toEqual(fields);
});
