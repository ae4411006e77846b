import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildImageProcessor, type ImageProcessorOptions } from './build-image-processor.ts';
import { serveImages } from './image-server.ts';

const photo = await readPhoto('rocket.jpg');
const never = new AbortController().signal;

function download(url: string, bounds: ImageProcessorOptions = {}, signal = never): Promise<Uint8Array> {
  return buildImageProcessor(bounds).download(url, signal);
}

const transient = { name: 'DownloadError', permanent: false };
const permanent = { name: 'DownloadError', permanent: true };

describe('the download request', () => {
  test('fetches the bytes unchanged', async () => {
    const { origin } = await serveImages((_, response) => response.end(photo));
    const bytes = await download(`${origin}/image.jpeg`, { trustedOrigin: origin });
    expect(photo.equals(bytes)).toBe(true);
  });

  test.each([
    ['a signed link', '/prod%2F2026%2f11/a_aigc.jpeg?Expires=1&OSSAccessKeyId=x&Signature=a%2Fb%3D+c'],
    ['dots that URL would resolve', '/a/%2e%2e/b/../c.jpeg'],
    ['a quote that URL would encode', "/a.jpeg?disposition=filename='x'"],
  ])('keeps the spelling of the URL: %s', async (_, path) => {
    const { origin, requests } = await serveImages((_, response) => response.end(photo));
    await download(`${origin}${path}#part`, { trustedOrigin: origin });
    expect(requests[0]?.url).toBe(path);
  });

  test('encodes characters that HTTP cannot carry', async () => {
    const { origin, requests } = await serveImages((_, response) => response.end(photo));
    await download(`${origin}/图 1.jpeg`, { trustedOrigin: origin });
    expect(requests[0]?.url).toBe('/%E5%9B%BE%201.jpeg');
  });

  test('sends no credentials, cookies or keep-alive, also after a redirect', async () => {
    const { origin, requests } = await serveImages((request, response) => {
      if (request.url === '/moved') response.end(photo);
      else response.writeHead(302, { location: '/moved', 'set-cookie': 'a=b' }).end();
    });
    await download(origin.replace('http://', 'http://user:secret@'), { trustedOrigin: origin });
    expect(requests).toHaveLength(2);
    for (const { headers } of requests) {
      expect(headers.connection).toBe('close');
      expect(Object.keys(headers).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
    }
  });
});

test.each([[[100]], [[103, 100]]])('skips interim responses before the image: %j', async (statuses) => {
  const { origin } = await serveImages((_, response) => {
    for (const status of statuses) response.socket?.write(`HTTP/1.1 ${status} Interim\r\n\r\n`);
    response.end(photo);
  });
  expect(await download(origin, { trustedOrigin: origin })).toHaveLength(photo.byteLength);
});

test('reads an image that arrived while the process was suspended past the deadline', async () => {
  const worker = new Worker(IMAGE_SERVER, { eval: true });
  onTestFinished(async () => void (await worker.terminate()));
  const [port]: number[] = await once(worker, 'message');
  const origin = `http://127.0.0.1:${port}`;
  const downloaded = download(`${origin}/a.jpg`, { trustedOrigin: origin, downloadTimeoutMs: 300 });
  await once(worker, 'message'); // the server has the request
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
  expect(await downloaded).toHaveLength(9_000_000);
});

/** Runs in a thread of its own, which continues while the test's thread is blocked. */
const IMAGE_SERVER = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => {
    parentPort.postMessage('asked');
    setTimeout(() => response.end(Buffer.concat([Buffer.from('ffd8ff', 'hex'), Buffer.alloc(8_999_995), Buffer.from('ffd9', 'hex')])), 100);
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

describe('the download response', () => {
  test.each([500, 502, 503, 504, 429, 408])('treats HTTP %i as transient', async (status) => {
    const { origin } = await serveImages((_, response) => response.writeHead(status).end('busy'));
    await expect(download(origin, { trustedOrigin: origin })).rejects.toMatchObject(transient);
  });

  test.each([403, 404, 410, 400, 401, 204, 304])('treats HTTP %i as permanent', async (status) => {
    const { origin } = await serveImages((_, response) => response.writeHead(status).end());
    await expect(download(origin, { trustedOrigin: origin })).rejects.toMatchObject(permanent);
  });

  test('rejects an error response with an endless body at its status', async () => {
    const { origin } = await serveImages((_, response) => {
      response.writeHead(403);
      const timer = setInterval(() => response.write(photo), 1);
      response.on('close', () => clearInterval(timer));
    });
    await expect(download(origin, { trustedOrigin: origin })).rejects.toMatchObject(permanent);
  });

  test('names host and status in the error message, never the query', async () => {
    const { origin, port } = await serveImages((_, response) => response.writeHead(403).end());
    const error = await download(`${origin}/a?Signature=secret`, { trustedOrigin: origin }).catch((error) => error);
    expect(error.message).toBe(`GET 127.0.0.1:${port}: HTTP 403`);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
  });

  test('follows three redirects and not a fourth', async () => {
    const { origin } = await serveImages((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end(photo);
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const bounds = { trustedOrigin: origin };
    expect(await download(`${origin}/3`, bounds)).toHaveLength(photo.byteLength);
    await expect(download(`${origin}/4`, bounds)).rejects.toMatchObject(permanent);
  });

  test('keeps the spelling of a redirect target', async () => {
    const { origin, requests } = await serveImages((request, response) => {
      if (request.url === '/from') response.writeHead(302, { location: `${origin}/a%2Fb?S=x%2Fy` }).end();
      else response.end(photo);
    });
    await download(`${origin}/from`, { trustedOrigin: origin });
    expect(requests[1]?.url).toBe('/a%2Fb?S=x%2Fy');
  });

  test.each(['file:///etc/passwd', 'ftp://127.0.0.1/a', 'data:image/png;base64,AAAA', 'http://'])(
    'refuses a redirect to %s',
    async (location) => {
      const { origin } = await serveImages((_, response) => response.writeHead(302, { location }).end());
      await expect(download(origin, { trustedOrigin: origin })).rejects.toMatchObject(permanent);
    },
  );

  test.each(['file:///etc/passwd', 'image.jpeg', ''])('refuses %j, which is not an HTTP URL', async (url) => {
    await expect(download(url)).rejects.toMatchObject(permanent);
  });
});

describe('a content coding that was not requested', () => {
  const serveCoded = (coding: string, body: Uint8Array) =>
    serveImages((_, response) => response.writeHead(200, { 'content-encoding': coding }).end(body));

  test.each([
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is decoded: %s', async (coding, encode) => {
    const { origin } = await serveCoded(coding, encode(photo));
    expect(photo.equals(await download(origin, { trustedOrigin: origin }))).toBe(true);
  });

  test.each(['gzip', 'br', 'identity', 'utf-8'])('is ignored where %s was not applied', async (coding) => {
    const { origin } = await serveCoded(coding, photo);
    expect(photo.equals(await download(origin, { trustedOrigin: origin }))).toBe(true);
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('is limited by its decoded size: %s', async (coding, encode) => {
    const { origin } = await serveCoded(coding, encode(Buffer.alloc(1_000_000)));
    const bounds = { trustedOrigin: origin, downloadMaxBytes: 1_000_000 };
    expect(await download(origin, bounds)).toHaveLength(1_000_000);
    await expect(download(origin, { ...bounds, downloadMaxBytes: 999_999 })).rejects.toMatchObject({
      ...permanent,
      message: /too many bytes/,
    });
  });

  test('is a transient failure when it is cut short', async () => {
    const { origin } = await serveCoded('gzip', gzipSync(photo).subarray(0, 9_000));
    await expect(download(origin, { trustedOrigin: origin })).rejects.toMatchObject(transient);
  });
});

describe('a bounded download', () => {
  test('is refused for an announced length over the limit without reading a byte', async () => {
    const { origin } = await serveImages((_, response) => {
      response.writeHead(200, { 'content-length': 1_000_001 }).flushHeaders();
    });
    const bounds = { trustedOrigin: origin, downloadMaxBytes: 1_000_000 };
    await expect(download(origin, bounds)).rejects.toMatchObject(permanent);
  });

  test('is stopped at the limit while an unannounced length streams', async () => {
    const { origin } = await serveImages((_, response) => {
      const send = () => {
        while (response.write(photo));
      };
      response.on('drain', send);
      send();
    });
    const bounds = { trustedOrigin: origin, downloadMaxBytes: 1_000_000 };
    await expect(download(origin, bounds)).rejects.toMatchObject(permanent);
  });

  test('accepts exactly as many bytes as the limit', async () => {
    const { origin } = await serveImages((_, response) => response.end(photo));
    const bounds = { trustedOrigin: origin, downloadMaxBytes: photo.byteLength };
    expect(await download(origin, bounds)).toHaveLength(photo.byteLength);
    await expect(download(origin, { ...bounds, downloadMaxBytes: photo.byteLength - 1 })).rejects.toMatchObject(
      permanent,
    );
  });

  test.each([
    ['that never answers', () => {}],
    [
      'that trickles',
      (_: unknown, response: ServerResponse) => {
        const timer = setInterval(() => response.write('.'), 5);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('ends an exchange %s at the deadline', async (_, handler) => {
    const { origin } = await serveImages(handler);
    const bounds = { trustedOrigin: origin, downloadTimeoutMs: 100 };
    await expect(download(origin, bounds)).rejects.toMatchObject(transient);
  });

  test('includes redirects in the deadline', async () => {
    const { origin } = await serveImages((_, response) => {
      setTimeout(() => response.writeHead(302, { location: '/' }).end(), 60);
    });
    const bounds = { trustedOrigin: origin, downloadTimeoutMs: 100 };
    await expect(download(origin, bounds)).rejects.toMatchObject({ ...transient, message: /not finished/ });
  });

  test('rejects when aborted with the reason of the abort', async () => {
    const reason = new Error('the server is shutting down');
    const controller = new AbortController();
    const { origin } = await serveImages(() => controller.abort(reason));
    await expect(download(origin, { trustedOrigin: origin }, controller.signal)).rejects.toBe(reason);
    await expect(download(origin, { trustedOrigin: origin }, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('ends an aborted attempt that has not resolved its server yet', async () => {
    const reason = new Error('the server is shutting down');
    const controller = new AbortController();
    const lookup = () => controller.abort(reason); // never answers
    await expect(download('http://images.example', { lookup }, controller.signal)).rejects.toBe(reason);
  });
});

describe('an interrupted download', () => {
  test('is a transient failure with fewer bytes than announced', async () => {
    const { origin } = await serveImages((_, response) => {
      response.writeHead(200, { 'content-length': photo.byteLength });
      response.write(photo.subarray(0, 9_000), () => response.destroy());
    });
    await expect(download(origin, { trustedOrigin: origin })).rejects.toMatchObject(transient);
  });

  test('is a transient failure with a chunked body without its end', async () => {
    const { origin } = await serveImages((_, response) => {
      response.write(photo.subarray(0, 9_000), () => response.destroy());
    });
    await expect(download(origin, { trustedOrigin: origin })).rejects.toMatchObject(transient);
  });

  test('is a transient failure with a connection reset before the response', async () => {
    const { origin } = await serveImages((request) => request.socket.resetAndDestroy());
    await expect(download(origin, { trustedOrigin: origin })).rejects.toMatchObject(transient);
  });

  test('is a transient failure with a refused connection', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const origin = `http://127.0.0.1:${port}`;
    await expect(download(origin, { trustedOrigin: origin })).rejects.toMatchObject(transient);
  });

  describe('a body without length or chunks', () => {
    /** Each response is the given number of bytes of the file, after which the connection ends. */
    function servePart(file: Buffer, ...lengths: number[]) {
      return serveImages((_, response) => {
        response.socket?.end(
          Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), file.subarray(0, lengths.shift())]),
        );
      });
    }

    test.each(['jpeg', 'png', 'webp'] as const)(
      'accepts a %s that has its end marker after one fetch',
      async (format) => {
        const file = await sharp(photo).toFormat(format).toBuffer();
        const { origin, requests } = await servePart(file);
        expect(file.equals(await download(origin, { trustedOrigin: origin }))).toBe(true);
        expect(requests).toHaveLength(1);
      },
    );

    test.each(['jpeg', 'png', 'webp'] as const)('fetches a %s without its end marker again', async (format) => {
      const file = await sharp(photo).toFormat(format).toBuffer();
      const { origin } = await servePart(file, file.length - 1);
      expect(file.equals(await download(origin, { trustedOrigin: origin }))).toBe(true);
    });

    test('fetches a page only once, since it is not a truncated image', async () => {
      const { origin, requests } = await servePart(Buffer.from('<!doctype html>'));
      await download(origin, { trustedOrigin: origin });
      expect(requests).toHaveLength(1);
    });

    test('treats an image that ends at a different byte each time as transient', async () => {
      const { origin } = await servePart(photo, 9_000, 8_000);
      await expect(download(origin, { trustedOrigin: origin })).rejects.toMatchObject(transient);
    });

    test('accepts an image that ends at the same byte twice as complete', async () => {
      const { origin, requests } = await servePart(photo, 9_000, 9_000);
      expect(await download(origin, { trustedOrigin: origin })).toHaveLength(9_000);
      expect(requests).toHaveLength(2);
    });
  });
});
