import type { AddressInfo } from 'node:net';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startChromium } from '@darkroom/test-kit/browser/start-chromium';
import { createClientPages } from '@darkroom/test-kit/pages/client-pages';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { preview } from 'vite';
import { expect, onTestFinished, test } from 'vitest';
import { BUILT, buildOtherApp, copyIntoOtherApp } from './embed-client.ts';

const TIMEOUT = { timeout: 20_000 };

/** Serves the other app on its own origin, which is known before the app is built. */
async function serveOtherApp(): Promise<string> {
  const server = await preview({
    configFile: false,
    logLevel: 'silent',
    build: { outDir: BUILT },
    preview: { host: '127.0.0.1', port: 0 },
  });
  onTestFinished(() => server.close());
  // A listening TCP server always has an address with a port.
  return `http://127.0.0.1:${(server.httpServer.address() as AddressInfo).port}`;
}

test.skipIf(!hasChromium)(
  'creates an image in another app that copied the listed files, under its own origin and with its own token',
  { timeout: 300_000 },
  async () => {
    await copyIntoOtherApp();
    const origin = await serveOtherApp();
    const provider = await startProvider();
    const api = await startApi(provider, { CORS_ORIGINS: origin });
    await buildOtherApp(api.url);

    const browser = await startChromium();
    const localStorage = [{ name: 'another-app.token', value: api.user('7').token }];
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      storageState: { cookies: [], origins: [{ origin, localStorage }] },
    });
    context.setDefaultTimeout(TIMEOUT.timeout);
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(origin);
    await page.getByTestId('to-pictures').click();

    const { form, result } = createClientPages(page);
    await form.addPhoto();
    await form.submit('在另一个应用里');

    await expect.poll(() => result.imageWidths(), TIMEOUT).toEqual([864]);
    expect((await api.user('7').sdk.list()).jobs).toHaveLength(1);
    expect(provider.callsFor('在另一个应用里')).toBe(1);
    expect(faults).toEqual([]);
  },
);
