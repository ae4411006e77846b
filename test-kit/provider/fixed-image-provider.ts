import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * Starts a provider that answers every call with exactly these bytes, such as images that the simulator cannot draw.
 */
export async function startFixedImageProvider(images: Buffer[]): Promise<{ url: string }> {
  const server = createServer((request, response) => {
    if (request.method === 'GET') return void response.end(images[Number(request.url?.slice(1))]);
    request.resume().on('end', () => {
      const image_urls = images.map((_, index) => `${url}/${index}`);
      const base_resp = { status_code: 0, status_msg: 'success' };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ id: 'a-call', data: { image_urls }, base_resp }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server always has an address with a port.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url };
}
