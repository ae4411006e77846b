import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ScenarioInput, type Simulator, startSimulator } from '../../src/index.ts';
import { callH3, GENERATIONS, imagesOf, parseEvents, type ReadEvent, readEvents } from './call-h3.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain', scale: 0.02 });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

type Fault = NonNullable<ScenarioInput['fault']>;

function call(fault: Fault, fields: object = {}): Promise<Response> {
  simulator.script({ fault });
  return callH3(simulator.url, GENERATIONS, { n: 3, area: '1K', ...fields });
}

const stream = (fault: Fault) => call(fault, { stream: true });
const indexes = (events: ReadEvent[]) =>
  events.flatMap(({ data }) => (data instanceof Object && 'image_index' in data ? [data.image_index] : []));
const types = (events: ReadEvent[]) => events.map(({ event }) => event?.split('.').at(-1));

describe('a scripted fault before the headers', () => {
  test.each([400, 401, 402, 403, 429, 500, 503])('fails with HTTP %i and charges nothing', async (status) => {
    for (const response of [await call({ kind: 'error', status }), await stream({ kind: 'error', status })]) {
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
    }
    expect(simulator.calls()).toMatchObject(Array(2).fill({ charged: 0, accepted: status >= 500, answer: 'error' }));
  });

  test('fails with its own code, text, Retry-After and charge', async () => {
    const response = await call({
      kind: 'error',
      status: 429,
      code: 1002,
      message: 'slow',
      retryAfterS: 7,
      charged: 2,
    });
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toMatchObject({ error: { code: 1002, message: 'slow' } });
    expect(simulator.calls()).toMatchObject([{ charged: 2, accepted: true }]);
  });

  test('answers HTTP 200 with a base_resp', async () => {
    const response = await call({ kind: 'base_resp', code: 1008, message: 'insufficient balance' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ base_resp: { status_code: 1008 } });
    expect(simulator.calls()).toMatchObject([{ charged: 0, accepted: false }]);
  });

  test('answers as a gateway does, and charges a call behind a 502', async () => {
    const response = await stream({ kind: 'http', status: 502, body: '<html>' });
    expect([response.status, await response.text()]).toEqual([502, '<html>']);
    expect(simulator.calls()).toMatchObject([{ charged: 3, accepted: true, answer: 'http' }]);
  });

  test.each(['reset', 'close'] as const)('breaks the connection off: %s', async (kind) => {
    await expect(stream({ kind, at: 'headers' })).rejects.toThrow('fetch failed');
    expect(simulator.calls()).toMatchObject([{ charged: 3, answer: kind }]);
  });

  test('sends no byte', async () => {
    simulator.script({ fault: { kind: 'hang', at: 'headers' } });
    const body = JSON.stringify({ model: 'MiniMax-H3-Image', prompt: 'fox', stream: true });
    const headers = { authorization: 'Bearer key', 'content-type': 'application/json' };
    const silence = new AbortController();
    const answer = fetch(simulator.url + GENERATIONS, { method: 'POST', headers, body, signal: silence.signal });
    await expect.poll(() => simulator.calls()[0]?.answer).toBe('hang');
    silence.abort();
    await expect(answer).rejects.toThrow();
    expect(simulator.calls()).toMatchObject([{ charged: 1 }]);
  });
});

describe('a scripted fault in a stream', () => {
  test.each([0, 1, 3])('ends with an error event after %i images, and charges those', async (after) => {
    const events = await readEvents(await stream({ kind: 'stream_error', after, status: 500 }));
    expect(types(events)).toEqual([...Array(after).fill('partial_succeeded'), 'error']);
    expect(events.at(-1)?.data).toMatchObject({
      type: 'error',
      error: { http_code: 500 },
      usage: { output_tokens: after * 1024 },
      request_id: expect.any(String),
    });
    expect(simulator.calls()).toMatchObject([{ charged: after, answer: 'stream_error' }]);
  });

  test.each(['reset', 'close'] as const)('breaks off after one image, and charges all: %s', async (how) => {
    const response = await stream({ kind: 'stream_cut', after: 1, how });
    const { text, failed } = await readUntilBroken(response);
    expect(failed).toBe(true);
    expect(types(parseEvents(text))).toEqual(['partial_succeeded']);
    await expect.poll(() => simulator.calls()[0]?.charged).toBe(3);
  });

  test('ends properly after two images without a last event', async () => {
    const events = await readEvents(await stream({ kind: 'stream_cut', after: 2, how: 'end' }));
    expect(types(events)).toEqual(['partial_succeeded', 'partial_succeeded']);
  });

  test('ends in the middle of an event', async () => {
    const text = await (await stream({ kind: 'stream_cut', after: 1, how: 'end', inEvent: true })).text();
    expect(text).toMatch(/\n\nevent: image_generation\.partial_succeeded\ndata: \{"type":[^\n]+$/);
    expect(parseEvents(text)).toHaveLength(2);
  });

  test('falls silent after an image, without keepalives', async () => {
    const other = await startSimulator({ images: 'plain', h3Wire: { keepaliveMs: 1 } });
    other.script({ latencyMs: 40, fault: { kind: 'stream_cut', after: 1, how: 'silence' } });
    const response = await callH3(other.url, GENERATIONS, { n: 3, stream: true });
    // Its images take longer than many keepalives, so that none was due only if all of them were left out.
    await expect.poll(() => other.calls()[0]?.answer).toBe('stream_cut');
    await other.close();
    const { text, failed } = await readUntilBroken(response);
    expect(failed).toBe(true);
    expect(text.split('partial_succeeded').at(-1)).not.toContain('keepalive');
    expect(types(parseEvents(text)).filter((type) => type !== ':')).toEqual(['partial_succeeded']);
  });

  test('sends images in a given order', async () => {
    const events = await readEvents(await stream({ kind: 'completion_order', order: [2, 0] }));
    expect(indexes(events)).toEqual([2, 0, 1]);
  });

  test.each([
    ['repeated', (seen: unknown[]) => expect(new Set(seen).size).toBe(3), 4],
    ['duplicate_index', (seen: unknown[]) => expect(new Set(seen).size).toBe(2), 3],
    ['index_beyond_n', (seen: unknown[]) => expect(Math.max(...seen.map(Number))).toBeGreaterThanOrEqual(3), 3],
  ] as const)('sends an odd index: %s', async (oddity, check, count) => {
    const seen = indexes(await readEvents(await stream({ kind: 'odd_event', after: 1, oddity })));
    expect(seen).toHaveLength(count);
    check(seen);
  });

  test('sends half of the JSON of one event, and then the others', async () => {
    const events = await readEvents(await stream({ kind: 'odd_event', oddity: 'malformed_json' }));
    expect(events.map(({ data }) => typeof data)).toEqual(['string', 'object', 'object', 'object']);
  });

  test('sends an event of two million characters', async () => {
    const response = await stream({ kind: 'odd_event', oddity: 'giant', bytes: 2_000_000 });
    expect((await response.text()).length).toBeGreaterThan(2_000_000);
  });

  test('sends an event of an unknown type, and an event without a link', async () => {
    const unknown = await readEvents(await stream({ kind: 'odd_event', oddity: 'unknown_type' }));
    expect(types(unknown)).toContain('preview');
    simulator.reset();
    const [first] = await readEvents(await stream({ kind: 'odd_event', oddity: 'no_url' }));
    expect(first?.data).not.toHaveProperty('url');
  });

  test('trickles byte by byte', async () => {
    const events = await readEvents(await stream({ kind: 'trickle', intervalMs: 1 }));
    expect(types(events)).toEqual([...Array(3).fill('partial_succeeded'), 'completed']);
  });

  test('is a JSON body although a stream was requested', async () => {
    const response = await stream({ kind: 'json_for_stream' });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect((await imagesOf(response)).data).toHaveLength(3);
  });
});

describe('a scripted fault of images', () => {
  test('blocks one, and charges the others', async () => {
    const { data, usage } = await imagesOf(await call({ kind: 'blocked', positions: [1] }));
    expect(data).toMatchObject([{ url: expect.any(String) }, { error: { code: 'content_blocked' } }, {}]);
    expect(usage).toMatchObject({ output_tokens: 2048 });
    expect(simulator.calls()).toMatchObject([{ charged: 2 }]);
  });

  test('blocks all, and charges none', async () => {
    const { data } = await imagesOf(await call({ kind: 'blocked' }));
    expect(data).toMatchObject(Array(3).fill({ error: {} }));
    expect(simulator.calls()).toMatchObject([{ charged: 0, accepted: true }]);
  });

  test('delivers fewer than requested', async () => {
    expect((await imagesOf(await call({ kind: 'fewer_images', delivered: 1 }))).data).toHaveLength(1);
    expect(simulator.calls()).toMatchObject([{ charged: 1 }]);
  });

  test('gives a link that dies, and a link to another address', async () => {
    const dead = await imagesOf(await call({ kind: 'image', image: { kind: 'status', status: 404 }, position: 1 }));
    const statuses = await Promise.all(dead.data.map(async ({ url = '' }) => (await fetch(url)).status));
    expect(statuses).toEqual([200, 404, 200]);
    simulator.reset();
    const url = 'http://169.254.169.254/latest';
    const elsewhere = await imagesOf(await call({ kind: 'image_url', url, position: 0 }));
    expect(elsewhere.data.map((entry) => entry.url === url)).toEqual([true, false, false]);
  });
});

test('answers a scripted error event as an HTTP error of the same status without a stream', async () => {
  const response = await call({ kind: 'stream_error', after: 1, status: 502 });
  expect(response.status).toBe(502);
  expect(simulator.calls()).toMatchObject([{ charged: 1 }]);
});

test('leaves faults of one family to the calls of that family', async () => {
  simulator.script(
    { times: 1, fault: { kind: 'no_base_resp', images: true } },
    { times: 1, fault: { kind: 'blocked' } },
  );
  const { data } = await imagesOf(await callH3(simulator.url, GENERATIONS));
  expect(data).toMatchObject([{ error: {} }]);
});

async function readUntilBroken(response: Response): Promise<{ text: string; failed: boolean }> {
  let text = '';
  try {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    return { text, failed: false };
  } catch {
    return { text, failed: true };
  }
}
