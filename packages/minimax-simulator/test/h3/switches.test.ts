import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type H3WireChanges, type ScenarioInput, type Simulator, startSimulator } from '../../src/index.ts';
import { callH3, EDITS, GENERATIONS, imagesOf, publicReference, readEvents } from './call-h3.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain', scale: 0.02 });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

/** The answer to a call of two images with these switches. */
async function answer(h3Wire: H3WireChanges, fields: object = {}, fault?: ScenarioInput['fault']): Promise<Response> {
  simulator.script({ h3Wire, times: 1, ...(fault && { fault }) });
  return callH3(simulator.url, GENERATIONS, { n: 2, area: '1K', ...fields });
}

async function stream(h3Wire: H3WireChanges, fault?: ScenarioInput['fault']) {
  return readEvents(await answer(h3Wire, { stream: true }, fault));
}

const FIRST_BLOCKED: ScenarioInput['fault'] = { kind: 'blocked', positions: [0] };

test.each([
  [
    'object',
    { error: { type: 'server_error', code: 'internal_error', message: 'words' }, request_id: expect.any(String) },
  ],
  ['string', { error: 'words', request_id: expect.any(String) }],
  [
    'openai',
    {
      error: { message: 'words', type: 'server_error', param: null, code: 'internal_error' },
      request_id: expect.any(String),
    },
  ],
  ['old_codes', { error: { code: 1000, message: 'words' }, request_id: expect.any(String) }],
  ['base_resp', { base_resp: { status_code: 1000, status_msg: 'words' }, request_id: expect.any(String) }],
] as const)('writes an error in the shape %s, under the same status', async (errorShape, expected) => {
  const response = await answer({ errorShape }, {}, { kind: 'error', status: 503, message: 'words' });
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual(expected);
});

test.each(['object', 'string', 'openai', 'old_codes', 'base_resp'] as const)(
  'writes http_code into an error event in the shape %s',
  async (errorShape) => {
    const events = await stream({ errorShape }, { kind: 'stream_error', after: 1, status: 502, message: 'words' });
    expect(events.at(-1)).toMatchObject({ event: 'error', data: { error: { http_code: 502, message: 'words' } } });
  },
);

test('puts a blocked image in its place, at the end with its index, or nowhere', async () => {
  const data = async (failedEntries: H3WireChanges['failedEntries']) =>
    (await imagesOf(await answer({ failedEntries }, {}, FIRST_BLOCKED))).data;
  const error = expect.objectContaining({ code: 'content_blocked' });
  const image = { url: expect.any(String) };
  expect(await data('in_place')).toEqual([{ error }, image]);
  expect(await data('at_end')).toEqual([image, { image_index: 0, error }]);
  expect(await data('omitted')).toEqual([image]);
});

test('streams a blocked image as a failure event, or not at all', async () => {
  const types = async (failedEvents: H3WireChanges['failedEvents']) =>
    (await stream({ failedEvents }, FIRST_BLOCKED)).map(({ event }) => event).toSorted();
  const success = ['image_generation.completed', 'image_generation.partial_succeeded'];
  expect(await types('omitted')).toEqual(success);
  expect(await types('partial_failed')).toEqual([success[0], 'image_generation.partial_failed', success[1]]);
});

test('names the last event with or without the prefix', async () => {
  const last = async (h3Wire: H3WireChanges, fault?: ScenarioInput['fault']) => (await stream(h3Wire, fault)).at(-1);
  const fault = { kind: 'stream_error' } as const;
  expect(await last({ completedType: 'bare' })).toMatchObject({ event: 'completed', data: { type: 'completed' } });
  expect(await last({})).toMatchObject({ event: 'image_generation.completed' });
  expect(await last({}, fault)).toMatchObject({ event: 'error', data: { type: 'error' } });
  expect(await last({ errorType: 'prefixed' }, fault)).toMatchObject({ event: 'image_generation.error' });
});

test('leaves out usage and image_index', async () => {
  expect(await (await answer({ usage: false })).json()).not.toHaveProperty('usage');
  const events = await stream({ usage: false, imageIndex: false });
  for (const { data } of events) {
    expect(data).not.toHaveProperty('usage');
    expect(data).not.toHaveProperty('image_index');
  }
});

test.each([
  ['openai', 'created', 'created_at'],
  ['created', 'created', 'created'],
  ['created_at', 'created_at', 'created_at'],
] as const)('names the time as %s: %s in bodies, %s in events', async (timeKey, inBody, inEvents) => {
  expect(await (await answer({ timeKey })).json()).toHaveProperty(inBody, expect.any(Number));
  for (const { data } of await stream({ timeKey })) expect(data).toHaveProperty(inEvents, expect.any(Number));
});

test('names the link of an event image_url', async () => {
  expect((await stream({ urlKey: 'image_url' }))[0]?.data).toMatchObject({ image_url: expect.stringMatching(/^http/) });
});

test.each([
  ['lf', /^event: [^\r]+\ndata: [^\r]+\n\n/],
  ['crlf', /^event: [^\n]+\r\ndata: [^\n]+\r\n\r\n/],
  ['cr', /^event: [^\n]+\rdata: [^\n]+\r\r/],
] as const)('ends lines with %s', async (newline, expected) => {
  expect(await (await answer({ newline }, { stream: true })).text()).toMatch(expected);
});

test('ends the stream with [DONE]', async () => {
  expect((await stream({ doneMarker: true })).at(-1)).toEqual({ event: undefined, data: '[DONE]' });
});

test('leaves out event lines, and spreads JSON over several data lines', async () => {
  const text = await (await answer({ eventLine: false, splitData: true }, { stream: true })).text();
  const lines = text.split('\n').filter((line) => line !== '');
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.every((line) => line.startsWith('data: '))).toBe(true);
});

test('sends base64 by default', async () => {
  const response = await answer({ defaultResponseFormat: 'b64_json' }, { n: 1 });
  expect(await response.json()).toMatchObject({ data: [{ b64_json: expect.any(String) }] });
});

test('accepts references under the key that a simulator was started with, and unknown fields', async () => {
  const other = await startSimulator({ images: 'plain', h3Wire: { referenceKey: 'any', unknownFields: 'ignore' } });
  const { image_url } = publicReference(1);
  for (const image of [{ image_url }, { url: image_url }, { image: image_url }]) {
    const response = await callH3(other.url, EDITS, { images: [image], area: '1K', seed: 4 });
    expect(response.status).toBe(200);
  }
  expect((await callH3(other.url, EDITS, { images: [{ link: image_url }] })).status).toBe(400);
  await other.close();
});

test('accepts references under another key for the calls of one scenario', async () => {
  const { image_url } = publicReference(1);
  const edit = async (prompt: string) =>
    (await callH3(simulator.url, EDITS, { prompt, images: [{ url: image_url }], area: '1K' })).status;
  simulator.script({ prompt: 'wolf', times: 1, h3Wire: { referenceKey: 'url', errorShape: 'string' } });
  expect([await edit('a fox'), await edit('a wolf'), await edit('a wolf')]).toEqual([400, 200, 400]);
});

test('writes the refusal of a request in the shape of the scenario, without using it up', async () => {
  simulator.script({ times: 1, h3Wire: { errorShape: 'string', usage: false } });
  const refused = await callH3(simulator.url, GENERATIONS, { n: 0 });
  expect(await refused.json()).toMatchObject({ error: expect.stringContaining('invalid params, n') });
  expect(await imagesOf(await callH3(simulator.url, GENERATIONS))).not.toHaveProperty('usage');
});

test('sends 429 without Retry-After', async () => {
  const response = await answer({ retryAfter: false }, {}, { kind: 'error', status: 429, retryAfterS: 7 });
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, null]);
});

test('refuses a switch that does not exist', async () => {
  // @ts-expect-error no such switch
  await expect(startSimulator({ h3Wire: { shape: 'openai' } })).rejects.toThrow(/shape/);
});
