import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ImageError } from '@darkroom/contracts';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { FileStore } from '../../src/files/file-store.ts';
import { isPathStyle, type S3Limits } from '../../src/files/s3-client.ts';
import { createS3FileStore } from '../../src/files/s3-file-store.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { listAll } from './file-store.conformance.ts';

let clock: ManualClock;
beforeEach(() => {
  clock = createManualClock();
});

const BYTES = Buffer.from('an image');

const OPERATIONS: [string, (store: FileStore) => Promise<unknown>][] = [
  ['put', (store) => store.put('a.png', BYTES)],
  ['read', (store) => store.read('a.png')],
  ['open', (store) => store.open('a.png')],
  ['delete', (store) => store.delete(['a.png'])],
  ['list', (store) => listAll(store)],
  ['claim', (store) => store.claim('us')],
  ['ping', (store) => store.ping()],
];

function errorXml(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>so it is</Message></Error>`;
}

/** Opens a store over a server that answers as the test says, and records its requests. */
async function openStore(
  answer: RequestListener,
  limits?: S3Limits,
): Promise<{ store: FileStore; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    seen.push(request);
    await buffer(request);
    answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server always has an address with a port.
  const { port } = server.address() as AddressInfo;
  return { store: await createS3FileStore({ ...SETTINGS, endpoint: `http://127.0.0.1:${port}` }, clock, limits), seen };
}

const SETTINGS = {
  bucket: 'bucket',
  region: 'us-east-1',
  credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
};
const UNAVAILABLE = { name: 'ImageError', code: 'unavailable', retryAfterMs: expect.any(Number) };

describe.each(OPERATIONS)('the S3 operation %s', (_name, run) => {
  test('is unavailable while the endpoint refuses connections', async () => {
    const store = await createS3FileStore({ ...SETTINGS, endpoint: 'http://127.0.0.1:1' }, clock);
    await expect(run(store)).rejects.toMatchObject(UNAVAILABLE);
  });

  test.each([
    [403, 'AccessDenied'],
    [403, 'InvalidAccessKeyId'],
    [404, 'NoSuchBucket'],
    [500, 'InternalError'],
  ])('is unavailable while the store answers %s %s', async (status, code) => {
    const { store } = await openStore((_, response) => response.writeHead(status).end(errorXml(code)));
    await expect(run(store)).rejects.toMatchObject({ ...UNAVAILABLE, cause: { name: code } });
  });

  test('is unavailable after a bounded time when the store never answers', async () => {
    const { store, seen } = await openStore(() => {});
    const outcome = run(store).catch((error: unknown) => error);
    while (seen.length === 0) await nextTurn();
    await clock.advanceAsync(45_000);
    expect(await outcome).toBeInstanceOf(ImageError);
    expect(await outcome).toMatchObject(UNAVAILABLE);
  });

  test('is retried at once after a transient failure of the store', async () => {
    let failures = 1;
    const { store, seen } = await openStore((request, response) => {
      if (failures-- > 0) return response.writeHead(500).end(errorXml('InternalError'));
      const body = request.url?.includes('prefix') ? '<ListBucketResult></ListBucketResult>' : '';
      return response.writeHead(200, { etag: '"a"', 'content-length': body.length }).end(body);
    });
    await run(store);
    expect(seen.length).toBeGreaterThan(1);
  });
});

test('puts a plain body without the chunked trailing checksums of the SDK, which some stores refuse', async () => {
  const { store, seen } = await openStore((_, response) => response.writeHead(200, { etag: '"a"' }).end());
  await store.put('a.png', BYTES);
  const [put] = seen;
  expect(put?.url).toMatch(/^\/bucket\/darkroom\/files\/a\.png/);
  expect(put?.headers).toMatchObject({ 'content-length': String(BYTES.length), 'content-type': 'image/png' });
  expect(put?.headers['content-encoding']).toBeUndefined();
  expect(put?.headers['x-amz-content-sha256']).toMatch(/^[0-9a-f]{64}$/);
  expect(Object.keys(put?.headers ?? {}).filter((name) => /checksum|trailer|transfer/.test(name))).toEqual([]);
});

test('deletes files one by one, because bulk deletion needs checksums on which stores differ', async () => {
  const { store, seen } = await openStore((_, response) => response.writeHead(204).end());
  await store.delete(['a.png', 'b.png']);
  expect(seen.map(({ method }) => method)).toEqual(['DELETE', 'DELETE']);
  for (const { headers } of seen) expect(Object.keys(headers).filter((name) => name.includes('checksum'))).toEqual([]);
});

describe('an S3 download', () => {
  test('fails when it breaks off instead of returning a shorter file', async () => {
    const { store } = await openStore((_, response) => {
      response
        .writeHead(200, { etag: '"a"', 'content-length': 100 })
        .write('only the beginning', () => response.destroy());
    });
    await expect(store.read('a.png')).rejects.toMatchObject(UNAVAILABLE);
    const file = await store.open('a.png');
    await expect(file && buffer(file.stream)).rejects.toThrow();
  });

  test('is aborted when no more bytes arrive', async () => {
    const { store } = await openStore(
      (_, response) => response.writeHead(200, { etag: '"a"', 'content-length': 100 }).write('only the beginning'),
      { idleTimeoutMs: 50 },
    );
    const file = await store.open('a.png');
    await expect(file && buffer(file.stream)).rejects.toThrow(/inactivity/);
  });

  test('may take longer than the time limit for its first byte', async () => {
    let finish = () => {};
    const { store } = await openStore((_, response) => {
      response.writeHead(200, { etag: '"a"', 'content-length': BYTES.length }).flushHeaders();
      finish = () => response.end(BYTES);
    });
    const file = await store.open('a.png');
    await clock.advanceAsync(100_000);
    finish();
    expect(file && (await buffer(file.stream))).toEqual(BYTES);
  });
});

test('refuses an object without a length', async () => {
  const { store } = await openStore((_, response) => {
    response.writeHead(200, { etag: '"a"', 'transfer-encoding': 'chunked' }).end(BYTES);
  });
  await expect(store.open('a.png')).rejects.toMatchObject(UNAVAILABLE);
});

test.each([
  [undefined, false],
  ['https://s3.cn-north-1.amazonaws.com.cn', false],
  ['https://s3.oss-cn-hangzhou.aliyuncs.com', false],
  ['https://s3.oss-cn-hangzhou-internal.aliyuncs.com', false],
  ['https://cos.ap-guangzhou.myqcloud.com', false],
  ['https://tos-s3-cn-beijing.volces.com', false],
  ['https://0123456789abcdef.r2.cloudflarestorage.com', true],
  ['http://minio:9000', true],
  ['http://127.0.0.1:9000', true],
  ['https://s3.example.com', true],
  ['https://aliyuncs.com.example.com', true],
])('puts the bucket of endpoint %s into the path: %s', (endpoint, pathStyle) => {
  expect(isPathStyle(endpoint)).toBe(pathStyle);
});
