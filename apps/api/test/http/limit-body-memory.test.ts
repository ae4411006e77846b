import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ImageError, UPLOAD_MAX_BYTES } from '@darkroom/contracts';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import { expect, onTestFinished, test } from 'vitest';
import type { BodyLimits } from '../../src/http/limit-body-memory.ts';
import { buildFaultyServer } from './faulty-server.ts';
import { WIDE } from './wide-bounds.ts';

const KB = 1_024;
const ROOM: BodyLimits = { totalBytes: 2 * UPLOAD_MAX_BYTES, userBytes: 2 * UPLOAD_MAX_BYTES, waitMs: 60_000 };

/** An API in which every upload lasts until the test releases it. */
async function openHolding(bodies: Partial<BodyLimits> = {}) {
  const held: (() => void)[] = [];
  const started: string[] = [];
  const server = await buildFaultyServer(
    new ImageError('unsupported_image'),
    { ...WIDE, checkEveryMs: 1_000, bodies: { ...ROOM, ...bodies } },
    {
      async upload({ user_id }) {
        started.push(user_id);
        await new Promise<void>((resolve) => held.push(resolve));
        throw new ImageError('unsupported_image');
      },
    },
  );
  onTestFinished(() => {
    for (const release of held) release();
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return { url, started, release: () => held.shift()?.() };
}

/** Uploads and returns the status code. The form's declared size is what is reserved. */
async function upload(url: string, user: string, kilobytes: number, signal?: AbortSignal): Promise<number> {
  const form = new FormData();
  form.set('file', new Blob([Buffer.alloc(kilobytes * KB)]), 'photo');
  const headers = { authorization: user };
  const response = await fetch(url + UPLOADS_PATH, {
    method: 'POST',
    body: form,
    headers,
    ...(signal && { signal }),
  });
  await response.arrayBuffer();
  return response.status;
}

test('makes a large body wait for memory, but not a small one or a request without a body', async () => {
  const { url, started, release } = await openHolding({ totalBytes: 150 * KB });
  const first = upload(url, 'a', 100);
  await expect.poll(() => started).toEqual(['a']);
  const second = upload(url, 'b', 100);
  const small = upload(url, 'c', 10);
  await expect.poll(() => started).toEqual(['a', 'c']);
  expect((await fetch(`${url}${GENERATION_PATH}`)).status).toBe(415);
  release();
  expect(await first).toBe(415);
  await expect.poll(() => started).toEqual(['a', 'c', 'b']);
  release();
  release();
  expect(await Promise.all([second, small])).toEqual([415, 415]);
});

test('reserves the maximum body size for a body of unknown length', async () => {
  const { url, started, release } = await openHolding({ totalBytes: UPLOAD_MAX_BYTES + 100 * KB });
  const first = upload(url, 'a', 100);
  await expect.poll(() => started).toEqual(['a']);
  const headers = { authorization: 'b', 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
  const sending = request(`${url}${UPLOADS_PATH}`, { method: 'POST', headers });
  const answered = new Promise<number | undefined>((resolve) => sending.on('response', (r) => resolve(r.statusCode)));
  let isAnswered = false;
  void answered.then(() => {
    isAnswered = true;
  });
  sending.end('{}');
  await once(sending, 'finish');
  // A request that came later is served meanwhile.
  const small = upload(url, 'c', 10);
  await expect.poll(() => started).toEqual(['a', 'c']);
  expect(isAnswered).toBe(false);
  release();
  release();
  expect(await small).toBe(415);
  expect(await answered).toBe(415);
  expect(await first).toBe(415);
});

test('keeps the reservation of a client that disconnected until the work on its body ends', async () => {
  const { url, started, release } = await openHolding({ totalBytes: 150 * KB, waitMs: 200 });
  const leaving = new AbortController();
  const left = upload(url, 'a', 100, leaving.signal);
  await expect.poll(() => started).toEqual(['a']);
  leaving.abort();
  await expect(left).rejects.toThrow();
  expect(await upload(url, 'b', 100)).toBe(503);
  release();
  const next = upload(url, 'c', 100);
  await expect.poll(() => started).toEqual(['a', 'c']);
  release();
  expect(await next).toBe(415);
});

test('releases the reservation of a body that breaks off', async () => {
  const { url, started, release } = await openHolding({ totalBytes: 150 * KB, waitMs: 5_000 });
  const type = 'multipart/form-data; boundary=x';
  const headers = { authorization: 'a', 'content-type': type, 'content-length': 100 * KB };
  const broken = request(`${url}${UPLOADS_PATH}`, { method: 'POST', headers }).on('error', () => {});
  const part = '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc';
  await new Promise((resolve) => broken.write(part, resolve));
  // A request that came later has been admitted, so the broken one was too.
  const small = upload(url, 'c', 10);
  await expect.poll(() => started).toEqual(['c']);
  broken.destroy();
  const next = upload(url, 'b', 100);
  await expect.poll(() => started, { timeout: 4_000 }).toEqual(['c', 'b']);
  release();
  release();
  expect(await Promise.all([small, next])).toEqual([415, 415]);
});

test('frees the bytes of a request while its connection is idle', async () => {
  const sent: WeakRef<object>[] = [];
  const server = await buildFaultyServer(new Error('not to be reached'), undefined, {
    async create(_viewer, input) {
      sent.push(new WeakRef(input));
      throw new ImageError('queue_full');
    },
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const status = await new Promise((resolve) => {
    request(`${url}${GENERATION_PATH}`, { method: 'POST', agent, headers: { 'content-type': 'application/json' } })
      .on('response', (response) => response.resume().on('end', () => resolve(response.statusCode)))
      .end('{"model":"image-01","prompt":"a lighthouse"}');
  });
  expect(status).toBe(503);
  expect(sent).toHaveLength(1);

  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const isKept = () => {
    collect();
    return sent[0]?.deref() !== undefined;
  };
  await expect.poll(isKept).toBe(false);
  expect(Object.values(agent.freeSockets).flat()).toHaveLength(1); // so the connection itself stayed open
});
