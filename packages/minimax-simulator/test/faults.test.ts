import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Fault, type ScenarioInput, type Simulator, startSimulator } from '../src/index.ts';
import { callSimulator, post } from './call-simulator.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ images: 'plain' });
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

const body = JSON.stringify({ model: 'image-01', prompt: 'a red fox', n: 2 });

function script(fault: ScenarioInput['fault']): void {
  simulator.script({ fault });
}

describe('a scripted fault of a call', () => {
  test('fails as MiniMax does, under HTTP 200 and with a code as text', async () => {
    script({ kind: 'base_resp', code: '1026' });
    const { response, body } = await callSimulator(simulator.url);
    expect(response.status).toBe(200);
    expect(body.base_resp).toEqual({ status_code: '1026', status_msg: 'input new_sensitive' });
    expect(body.data).toBeUndefined();
  });

  test('fails as a gateway does, with status, headers and HTML', async () => {
    script({ kind: 'http', status: 429, headers: { 'retry-after': '7' }, body: '<html>busy</html>' });
    const response = await post(simulator.url, body);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await response.text()).toBe('<html>busy</html>');
  });

  test.each([
    ['the request is read', { kind: 'reset', at: 'request' }, false],
    ['the answer begins', { kind: 'reset', at: 'headers' }, true],
  ] as const)('resets the connection before %s', async (_when, fault, accepted) => {
    script(fault);
    await expect(post(simulator.url, body)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(simulator.calls()).toMatchObject([{ accepted, answer: 'reset' }]);
  });

  test('resets the connection in the middle of the answer', async () => {
    script({ kind: 'reset', at: 'body' });
    const response = await post(simulator.url, body);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test.each(['headers', 'body'] as const)('closes the connection at the %s', async (at) => {
    script({ kind: 'close', at });
    const text = post(simulator.url, body).then((response) => response.text());
    await expect(text).rejects.toThrow(at === 'headers' ? 'fetch failed' : 'terminated');
    expect(simulator.calls()).toMatchObject([{ accepted: true, answer: 'close' }]);
  });

  test('sends the answer byte by byte', async () => {
    script({ kind: 'trickle', intervalMs: 1 });
    const { body } = await callSimulator(simulator.url);
    expect(body.base_resp).toMatchObject({ status_code: 0 });
  });

  test('sends an answer without an end', async () => {
    script({ kind: 'endless' });
    const reader = (await post(simulator.url, body)).body?.getReader();
    let bytes = 0;
    while (bytes < 1_000_000) bytes += (await reader?.read())?.value?.length ?? Number.NaN;
    await reader?.cancel();
    await expect.poll(() => simulator.stats().openCalls).toBe(0);
  });

  test('sends a small answer that decompresses to a large one', async () => {
    script({ kind: 'gzip_bomb', bytes: 1_000_000 });
    const response = await post(simulator.url, body);
    expect(Number(response.headers.get('content-length'))).toBeLessThan(2_000);
    expect(await response.text()).toHaveLength(1_000_000);
  });

  test('hangs before the answer', async () => {
    script({ kind: 'hang', at: 'headers' });
    const giveUp = new AbortController();
    const call = fetch(`${simulator.url}/v1/image_generation`, {
      method: 'POST',
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
      body,
      signal: giveUp.signal,
    });
    await expect.poll(() => simulator.calls()[0]?.answer).toBe('hang');
    expect(simulator.stats().openCalls).toBe(1);
    giveUp.abort();
    await expect(call).rejects.toThrow();
    await expect.poll(() => simulator.stats().openCalls).toBe(0);
  });

  test('hangs in the middle of the answer', async () => {
    script({ kind: 'hang', at: 'body' });
    const response = await post(simulator.url, body);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(first?.value?.length).toBe(Math.floor(Number(response.headers.get('content-length')) / 2));
    await reader?.cancel();
  });

  test('sends half of the JSON', async () => {
    script({ kind: 'truncated_json' });
    const text = await (await post(simulator.url, body)).text();
    expect(text).toMatch(/^\{"id":/);
    expect(() => JSON.parse(text)).toThrow();
  });

  test.each<[Fault['kind'], ScenarioInput['fault'], object]>([
    ['null_data', { kind: 'null_data' }, { data: null, base_resp: { status_code: 0 } }],
    [
      'no_base_resp',
      { kind: 'no_base_resp', images: true },
      { data: { image_urls: [expect.any(String), expect.any(String)] } },
    ],
    [
      'fewer_images',
      { kind: 'fewer_images', delivered: 0 },
      { data: { image_urls: [] }, metadata: { failed_count: '2' } },
    ],
    ['fewer_images', { kind: 'fewer_images', delivered: 1 }, { metadata: { success_count: '1', failed_count: '1' } }],
  ])('sends an odd answer: %s %o', async (_kind, fault, expected) => {
    script(fault);
    expect(await (await post(simulator.url, body)).json()).toMatchObject(expected);
  });

  test('leaves base_resp out, with images or without', async () => {
    script({ kind: 'no_base_resp', images: true });
    expect(await (await post(simulator.url, body)).json()).not.toHaveProperty('base_resp');
    simulator.reset();
    script({ kind: 'no_base_resp', images: false });
    expect(await (await post(simulator.url, body)).json()).toEqual({ id: expect.any(String) });
  });

  test.each([
    [1002, false],
    [1026, false],
    [2049, false],
    [1000, true],
    [1027, true],
    [9999, true],
  ])('counts a call that fails with %i as accepted: %s', async (code, accepted) => {
    script({ kind: 'base_resp', code });
    await callSimulator(simulator.url);
    expect(simulator.calls()).toMatchObject([{ accepted, answer: 'base_resp' }]);
  });
});

describe('a scripted fault of an image', () => {
  async function open(
    image: Extract<ScenarioInput['fault'], { kind: 'image' }>['image'],
    times?: number,
  ): Promise<Response> {
    script({ kind: 'image', image, ...(times && { times }) });
    return fetch(await createLink(), { redirect: 'manual' });
  }

  async function createLink(): Promise<string> {
    return (await callSimulator(simulator.url)).urls[0] ?? '';
  }

  test('answers with a status such as 404', async () => {
    expect((await open({ kind: 'status', status: 404 })).status).toBe(404);
  });

  test('redirects to another address', async () => {
    const response = await open({ kind: 'redirect', location: 'http://169.254.169.254/' });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('http://169.254.169.254/');
  });

  test.each(['reset', 'cut_short'] as const)('breaks off half-way: %s', async (kind) => {
    const response = await open({ kind });
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow('terminated');
  });

  test('sends the image one byte at a time', async () => {
    const response = await open({ kind: 'trickle', intervalMs: 1 });
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value?.length).toBeLessThan(100);
    await reader?.cancel();
  });

  test('sends HTML, a single byte or a corrupt JPEG', async () => {
    const html = await open({ kind: 'html' });
    expect(html.headers.get('content-type')).toBe('text/html');
    simulator.reset();
    expect((await (await open({ kind: 'one_byte' })).arrayBuffer()).byteLength).toBe(1);
    simulator.reset();
    const corrupt = Buffer.from(await (await open({ kind: 'corrupt_jpeg' })).arrayBuffer());
    expect([corrupt.subarray(0, 3).toString('hex'), corrupt.subarray(-2).toString('hex')]).toEqual(['ffd8ff', 'ffd9']);
  });

  test('sends a small PNG that declares 900 million pixels', async () => {
    const response = await open({ kind: 'bomb' });
    expect(response.headers.get('content-type')).toBe('image/png');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.byteLength).toBeLessThan(1_000);
    expect(await sharp(bytes, { limitInputPixels: false }).metadata()).toMatchObject({ width: 30_000, height: 30_000 });
  });

  test('pads the image to a given size', async () => {
    const bytes = await (await open({ kind: 'padded', bytes: 100_000 })).arrayBuffer();
    expect(bytes.byteLength).toBe(100_000);
    expect(await sharp(bytes).stats()).toBeDefined();
  });

  test('affects one image of several by its position', async () => {
    script({ kind: 'image', image: { kind: 'status', status: 404 }, position: 1 });
    const { urls } = await callSimulator(simulator.url, { n: 3 });
    const answers = await Promise.all(urls.map((url) => fetch(url)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 404, 200]);
  });

  test('affects an image in base64 too', async () => {
    script({ kind: 'image', image: { kind: 'one_byte' } });
    const { body } = await callSimulator(simulator.url, { response_format: 'base64' });
    expect(body.data?.image_base64).toEqual([Buffer.from([0xff]).toString('base64')]);
  });

  test('fails a number of times before the image is served', async () => {
    script({ kind: 'image', image: { kind: 'status', status: 503 }, times: 2 });
    const link = await createLink();
    const statuses = [await fetch(link), await fetch(link), await fetch(link)].map((response) => response.status);
    expect(statuses).toEqual([503, 503, 200]);
  });

  test('hangs before the image', async () => {
    script({ kind: 'image', image: { kind: 'hang' } });
    const link = await createLink();
    await expect(fetch(link, { signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
  });
});
