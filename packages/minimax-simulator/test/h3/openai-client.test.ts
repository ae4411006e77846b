import OpenAI, { APIError, AuthenticationError, BadRequestError, RateLimitError } from 'openai';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/index.ts';
import { photo } from '../call-simulator.ts';
import { publicReference, reference } from './call-h3.ts';

// MiniMax's documents name OpenAI's client as one that works. It reads the wire by code that is not ours.

let simulator: Simulator;
let client: OpenAI;

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain', scale: 0.02, apiKey: 'key' });
  client = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'key', maxRetries: 0 });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

const fields = { model: 'MiniMax-H3-Image', prompt: 'a red fox', n: 3, size: '1024x1024' };
const edit = { ...fields, images: [reference(photo('chelsea.png')), publicReference(1)] };

test('generates images', async () => {
  const { created, data = [], usage } = await client.images.generate({ ...fields, response_format: 'url' });
  expect(created).toBeGreaterThan(1_700_000_000);
  expect(usage).toMatchObject({ output_tokens: 3 * 1024, input_tokens_details: { image_tokens: 0 } });
  expect(data).toHaveLength(3);
  const image = await fetch(data[0]?.url ?? '');
  expect(await sharp(await image.arrayBuffer()).metadata()).toMatchObject({ format: 'jpeg' });
});

test('generates images as base64', async () => {
  const { data = [] } = await client.images.generate({ ...fields, response_format: 'b64_json' });
  expect(await sharp(Buffer.from(data[2]?.b64_json ?? '', 'base64')).metadata()).toMatchObject({ width: 20 });
});

test('edits images with a JSON body', async () => {
  const response: OpenAI.ImagesResponse = await client.post('/images/edits', { body: edit });
  expect(response.data).toHaveLength(3);
  expect(simulator.calls()).toMatchObject([{ h3: { references: [{ kind: 'data' }, { kind: 'url' }] }, charged: 3 }]);
});

test('streams generated images past keepalives', async () => {
  simulator.script({ hold: true, holdAfter: 1, h3Wire: { keepaliveMs: 2 } });
  const stream = await client.images.generate({ ...fields, response_format: 'url', stream: true });
  const types: string[] = [];
  for await (const event of stream) {
    types.push(event.type);
    simulator.release();
  }
  expect(types).toEqual([...Array(3).fill('image_generation.partial_succeeded'), 'image_generation.completed']);
});

test.each([
  ['the defaults', {}],
  ['CRLF and [DONE]', { newline: 'crlf', doneMarker: true }],
  ['CR', { newline: 'cr' }],
  ['no event lines, and JSON over several lines', { eventLine: false, splitData: true }],
  ['no usage and no image_index', { usage: false, imageIndex: false }],
] as const)('streams edited images with %s', async (_what, h3Wire) => {
  simulator.script({ h3Wire });
  const stream = await client.post('/images/edits', { body: { ...edit, stream: true }, stream: true });
  const types: unknown[] = [];
  // The client cannot type a stream of a path that it does not know.
  for await (const event of stream as AsyncIterable<{ type: string }>) types.push(event.type);
  expect(types).toEqual([...Array(3).fill('image_edit.partial_succeeded'), 'image_edit.completed']);
});

test.each(['object', 'openai', 'old_codes'] as const)(
  'reads errors before the headers in the shape %s',
  async (errorShape) => {
    const expectError = async (status: number, type: abstract new (...args: never[]) => Error) => {
      simulator.script({ times: 1, h3Wire: { errorShape }, fault: { kind: 'error', status, message: 'the reason' } });
      const failed = await client.images.generate(fields).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(type);
      expect(failed).toMatchObject({ status, message: `${status} the reason` });
    };
    await expectError(400, BadRequestError);
    await expectError(401, AuthenticationError);
    await expectError(402, APIError);
    await expectError(429, RateLimitError);
    await expectError(500, APIError);
    expect(simulator.calls()).toHaveLength(5);
  },
);

test('reads an error event', async () => {
  simulator.script({ fault: { kind: 'stream_error', after: 1, status: 500, message: 'the reason' } });
  const stream = await client.images.generate({ ...fields, stream: true, response_format: 'url' });
  const types: string[] = [];
  const read = async () => {
    for await (const event of stream) types.push(event.type);
  };
  await expect(read()).rejects.toThrow('the reason');
  expect(types).toEqual(['image_generation.partial_succeeded']);
});

test('reads a wrong key and a wrong parameter', async () => {
  const stranger = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'other', maxRetries: 0 });
  await expect(stranger.images.generate(fields)).rejects.toBeInstanceOf(AuthenticationError);
  await expect(client.images.generate({ ...fields, size: '10x10' })).rejects.toThrow(/400 invalid params, size/);
});
