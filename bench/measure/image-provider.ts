import { createServer } from 'node:http';
import { readPhoto } from '@darkroom/test-kit/photos/read-photo';
import sharp from 'sharp';

export interface ImageProvider {
  url: string;
  /** Milliseconds until the next calls are answered. */
  setLatency(ms: number): void;
  close(): Promise<void>;
}

/** A provider on MiniMax's wire that answers every call with one and the same image, at almost no cost. */
export async function startImageProvider(image: Buffer, latencyMs = 0): Promise<ImageProvider> {
  let waitMs = latencyMs;
  let url = '';
  let calls = 0;
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': image.length });
      return void response.end(image);
    }
    request.resume().on('end', () => {
      const answer = JSON.stringify({
        id: `call-${++calls}`,
        data: { image_urls: [`${url}/img/${calls}.jpg`] },
        metadata: { success_count: '1', failed_count: '0' },
        base_resp: { status_code: 0, status_msg: 'success' },
      });
      setTimeout(() => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(answer);
      }, waitMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The provider listens on no port');
  url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    setLatency(ms) {
      waitMs = ms;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * A photograph with the grain that the provider's images have, as a JPEG of quality 95: about 1.5 MB at 2048x1152.
 */
export async function makePhoto(width: number, height: number): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 36 } as const;
  const grain = await sharp({ create: { width, height, channels: 3, background: 'gray', noise } })
    .png()
    .toBuffer();
  return sharp(await readPhoto('coffee.png'))
    .resize({ width, height, fit: 'cover' })
    .flatten()
    .composite([{ input: grain, blend: 'soft-light' }])
    .jpeg({ quality: 95 })
    .toBuffer();
}
