import type { AddressInfo } from 'node:net';
import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { hasChromium, launchChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { ASTRONAUT, CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { createTempDir } from '@darkroom/test-kit/process/temp-dir';
import { type Provider, startProvider } from '@darkroom/test-kit/provider/start-provider';
import type { Browser, Page } from 'playwright-core';
import { build, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

/** Serves an example as its reader would, built by vite on an origin of its own. */
async function serveExample(name: string): Promise<string> {
  const root = `${CHECKOUT}packages/sdk/examples/${name}`;
  const options = { root, configFile: false as const, logLevel: 'silent' as const };
  const outDir = await createTempDir();
  await build({ ...options, build: { outDir, emptyOutDir: true } });
  const server = await preview({ ...options, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  onTestFinished(() => server.close());
  // A listening TCP server always has an address with a port.
  return `http://127.0.0.1:${(server.httpServer.address() as AddressInfo).port}`;
}

async function startExample(name: string): Promise<{ origin: string; provider: Provider; api: Api }> {
  const origin = await serveExample(name);
  const provider = await startProvider();
  return { origin, provider, api: await startApi(provider, { CORS_ORIGINS: origin }) };
}

// The example for Node is tested in first-image.test.ts.
describe.skipIf(!hasChromium)('an example of the sdk on a page of another origin', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  async function open(url: string): Promise<{ page: Page; faults: string[] }> {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    page.setDefaultTimeout(20_000);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(url);
    return { page, faults };
  }

  /** Resolves with the width of the page's image once it has loaded. */
  const imageWidth = (page: Page) =>
    page.waitForFunction('document.querySelector("img")?.naturalWidth').then((width) => width.jsonValue());

  test('browser: creates an image from a photo', async () => {
    const { origin, provider, api } = await startExample('browser');
    const { page, faults } = await open(`${origin}/?api=${api.url}`);
    await page.setInputFiles('[name=photo]', ASTRONAUT);
    await page.fill('[name=prompt]', 'by the browser example');
    await page.click('button');
    expect(await imageWidth(page)).toBe(1024);
    expect(await page.textContent('output')).toBe('COMPLETED 100 %');
    expect(provider.callsFor('by the browser example')).toBe(1);
    expect(faults).toEqual([]);
  });

  test('browser: shows why a job failed', async () => {
    const { origin, provider, api } = await startExample('browser');
    provider.script({ fault: { kind: 'base_resp', code: 1026 } });
    const { page } = await open(`${origin}/?api=${api.url}`);
    await page.setInputFiles('[name=photo]', ASTRONAUT);
    await page.fill('[name=prompt]', 'refused');
    await page.click('button');
    await page.getByText('content_rejected').waitFor();
  });

  test('Vue: creates an image from a prompt', async () => {
    const { origin, provider, api } = await startExample('vue');
    const { page, faults } = await open(`${origin}/?api=${api.url}&token=${api.user().token}`);
    await page.fill('[name=prompt]', 'by the Vue example');
    await page.click('button');
    expect(await imageWidth(page)).toBe(1024);
    expect(await page.textContent('output')).toBe('COMPLETED 100 %');
    expect(provider.callsFor('by the Vue example')).toBe(1);
    expect(faults).toEqual([]);
  });
});
