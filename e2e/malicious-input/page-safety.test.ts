import { startApi } from '@darkroom/test-kit/api/start-api';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startChromium } from '@darkroom/test-kit/browser/start-chromium';
import { imageRequest } from '@darkroom/test-kit/client/image-request';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { withComment } from './jpeg.ts';
import { startLinkProvider } from './link-provider.ts';

const SCRIPT = '<script>document.title="owned"</script>';

/** Opens a browser page that records violations of its content security policy. */
async function openPage() {
  const browser = await startChromium();
  const page = await browser.newPage();
  const violations: string[] = [];
  await page.exposeFunction('tellViolation', (violation: string) => void violations.push(violation));
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => tellViolation(event.violatedDirective + ' ' + event.blockedURI))`,
  );
  page.on('console', (message) => message.type() === 'error' && violations.push(message.text()));
  return { page, violations };
}

describe.skipIf(!hasChromium)('the pages in a browser', () => {
  test('enforces a content security policy that the H5 page does not violate', async () => {
    const api = await startApi(await startLinkProvider());
    const { page, violations } = await openPage();
    await page.goto(api.url);
    await page.getByTestId('prompt').waitFor();
    expect(violations).toEqual([]);

    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="document.title=1">')`);
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('script'), { text: 'document.title=2' }))`,
    );
    await expect.poll(() => violations.filter((violation) => violation.startsWith('script-src'))).toHaveLength(2);
    expect(await page.title()).not.toMatch(/^[12]$/);
  });

  test('shows an image that is also valid HTML as an image, and runs no script in it', async () => {
    const small = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
    const polyglot = Buffer.concat([withComment(small, SCRIPT), Buffer.from(`<!doctype html>${SCRIPT}`)]);
    const provider = await startLinkProvider();
    provider.answer(
      'polyglot',
      provider.serve('/polyglot', (_, response) => response.setHeader('content-type', 'text/html').end(polyglot)),
    );
    const api = await startApi(provider, { IMAGE_FORMAT: 'original' });
    const job = await api.user().sdk.generate(imageRequest('polyglot'));
    const link = job.images[0] ?? '';
    expect(Buffer.from(await (await fetch(link)).arrayBuffer()).equals(polyglot)).toBe(true);

    const { page } = await openPage();
    await page.goto(link);
    expect(await page.evaluate('document.contentType')).toBe('image/jpeg');
    expect(await page.evaluate('document.images[0].naturalWidth')).toBe(8);
    expect(await page.title()).not.toContain('owned');
    expect(await page.evaluate('self.origin')).toBe('null'); // so nothing of the API's origin is accessible

    // It must not work as a script or a frame of the API's own page either.
    await page.goto(`${api.url}/health/live`);
    const ends = await page.evaluate(`Promise.all(['script', 'iframe'].map((name) => new Promise((resolve) => {
      const element = Object.assign(document.createElement(name), { src: ${JSON.stringify(link)} });
      element.onload = () => resolve(name + ' loaded ' + (element.contentDocument?.title ?? ''));
      element.onerror = () => resolve(name + ' refused');
      document.body.append(element);
    })))`);
    expect(ends).toEqual(['script refused', expect.not.stringContaining('owned')]);
    expect(await page.title()).not.toContain('owned');
  });
});
