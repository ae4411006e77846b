import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startChromium } from '@darkroom/test-kit/browser/start-chromium';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { expect, onTestFinished, test } from 'vitest';

/** Hosts that this browser resolves to 127.0.0.1, as after DNS rebinding. */
const REBOUND = '--host-resolver-rules=MAP *.example.com 127.0.0.1';

test.skipIf(!hasChromium)(
  'issues a development token only to a page on a loopback address, whatever name resolves to it',
  async () => {
    const { port, user } = await startApi(await startProvider(), { CORS_ORIGINS: '*' });
    const elsewhere = await servePage();
    const browser = await startChromium([REBOUND]);
    const page = await browser.newPage();
    const askFrom = async (origin: string, url = '/dev/token') => {
      await page.goto(`${origin}/health/live`);
      return page.evaluate(`fetch('${url}').then((answer) => answer.status)`);
    };

    expect(await askFrom(`http://localhost:${port}`)).toBe(200);
    expect(await askFrom(`http://127.0.0.1:${port}`)).toBe(200);
    expect(await askFrom(`http://127.0.0.1:${elsewhere}`, `http://localhost:${port}/dev/token`)).toBe(200);
    expect(await askFrom(`http://evil.example.com:${port}`)).toBe(404);
    expect(await askFrom(`http://evil.example.com:${port}`, '/metrics')).toBe(404);
    // CORS lets every page read this answer, so the guard must refuse it.
    expect(await askFrom(`http://evil.example.com:${elsewhere}`, `http://localhost:${port}/dev/token`)).toBe(404);

    // Where a page is issued no token, such as behind a proxy, the link contains one.
    const { token } = user('42');
    await page.goto(`http://evil.example.com:${port}/#/?token=${token}`);
    const stored = () => page.evaluate("localStorage.getItem('darkroom.token')");
    await expect.poll(stored, { timeout: 15_000 }).toBe(JSON.stringify(token));
  },
);

/** Serves a page on another port, from which any request may be sent. Returns the port. */
async function servePage(): Promise<number> {
  const server = createServer(
    (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('a page'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port; // listens on TCP
}
