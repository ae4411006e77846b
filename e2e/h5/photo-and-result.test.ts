import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { startPhone } from '@darkroom/test-kit/browser/phone';
import { ASTRONAUT } from '@darkroom/test-kit/process/checkout';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';

const chromiumPath = findTool('chromium') ?? '';

const TIMEOUT = { timeout: 10_000 };

/** Larger than the service accepts. */
const TOO_LARGE_BYTES = 21 * 1024 * 1024;

const picker = (page: Page, state: string) => page.locator(`[data-testid=photo-picker][data-state=${state}]`);

/** Chooses the first photo on a phone, and gives the consent that it requires. */
async function choosePhoto(page: Page, file = ASTRONAUT): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByTestId('photo-add').click();
  await page.getByTestId('consent-yes').click();
  await (await chooser).setFiles(file);
}

async function order(page: Page, prompt: string): Promise<void> {
  await page.getByTestId('prompt').locator('textarea').fill(prompt);
  await page.getByTestId('submit').click();
}

const loadedImages = (page: Page) =>
  page
    .getByTestId('result-image')
    .locator('img')
    .evaluateAll(
      (images) => images.filter((image) => 'naturalWidth' in image && Number(image.naturalWidth) > 0).length,
    );

describe.skipIf(chromiumPath === '')('a photo on a phone', () => {
  test('is used after one consent, which is not asked for again', async () => {
    const api = await startApi(await startProvider());
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();

    await page.getByTestId('photo-add').click();
    await page.getByTestId('consent-no').click();
    await page.getByTestId('photo-problem').waitFor();
    await choosePhoto(page);
    await picker(page, 'ready').waitFor();
    await page.getByTestId('photo-remove').click();

    const reopened = await phone.open();
    const chooser = reopened.waitForEvent('filechooser');
    await reopened.getByTestId('photo-camera').click();
    expect(await (await chooser).element().getAttribute('capture')).toBe('camera');
    expect(phone.faults).toEqual([]);
  });

  test('is uploaded as the part chosen by cropping', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    await choosePhoto(page);
    await picker(page, 'ready').waitFor();

    await page.getByTestId('photo-crop').click();
    await page.getByTestId('crop-portrait').click();
    await page.getByTestId('crop-zoom-in').click();
    await page.getByTestId('crop-done').click();
    await page.getByTestId('crop').waitFor({ state: 'detached' });
    await picker(page, 'ready').waitFor();
    await order(page, '只要中间');
    await page.waitForURL(/generation-result/);

    const [, base64 = ''] = provider.calls()[0]?.request?.subject_reference?.[0]?.image_file.split(',') ?? [];
    const { width, height } = await sharp(Buffer.from(base64, 'base64')).metadata();
    expect(width / height).toBeCloseTo(3 / 4, 2);
    expect(height).toBe(Math.round((await sharp(ASTRONAUT).metadata()).height / 1.25));
    expect(phone.faults).toEqual([]);
  });

  test('stays selected when the upload of its replacement is canceled', async () => {
    const api = await startApi(await startProvider());
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    await choosePhoto(page);
    await picker(page, 'ready').waitFor();

    await page.route('**/uploads', () => {}); // never answered
    const chooser = page.waitForEvent('filechooser');
    await page.getByTestId('photo-change').click();
    await (await chooser).setFiles(ASTRONAUT);
    await picker(page, 'uploading').waitFor();
    await page.getByTestId('photo-progress').waitFor();
    await page.getByTestId('photo-cancel').click();
    await picker(page, 'ready').waitFor();
    expect(phone.faults).toEqual([]);
  });

  test('is refused on the device when it is too large, and by the service when it is no image', async () => {
    const api = await startApi(await startProvider());
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-photo-'));
    const [large, broken] = [path.join(folder, 'large.jpg'), path.join(folder, 'broken.jpg')];
    await writeFile(large, Buffer.alloc(TOO_LARGE_BYTES));
    await writeFile(broken, (await readFile(ASTRONAUT)).subarray(100));
    let uploads = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/uploads')) uploads++;
    });

    await choosePhoto(page, large);
    await picker(page, 'failed').waitFor();
    expect(await page.getByTestId('photo-hint').textContent()).toContain('20 MB');
    expect(uploads).toBe(0);
    const chooser = page.waitForEvent('filechooser');
    await page.getByTestId('photo-change').click();
    await (await chooser).setFiles(broken);
    await expect.poll(() => page.getByTestId('photo-hint').textContent(), TIMEOUT).toContain('JPEG、PNG');
    expect(uploads).toBe(1);
    expect(await page.getByTestId('photo-retry').count()).toBe(0);
  });

  test('is reported as expired and uploaded again from the phone when the service no longer has it', async () => {
    const api = await startApi(await startProvider());
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    await choosePhoto(page);
    await picker(page, 'ready').waitFor();
    const createUrl = '**/trpc/image.create**';
    await page.route(createUrl, async (route) => {
      const answer = await route.fetch({
        postData: (route.request().postData() ?? '').replace(/upload:\/\/\w{8}/, 'upload://00000000'),
      });
      await route.fulfill({ response: answer });
    });
    await order(page, '照片还在吗');
    await page.locator('[data-testid=failure][data-code=upload_not_found]').waitFor();
    await page.unroute(createUrl);
    await page.getByTestId('edit').click();

    await picker(page, 'failed').waitFor();
    expect(await picker(page, 'failed').textContent()).toContain('照片已过期');
    await page.getByTestId('photo-retry').click();
    await picker(page, 'ready').waitFor();
    await page.getByTestId('submit').click();
    await page.waitForURL(/generation-result/);
  });
});

describe.skipIf(chromiumPath === '')('waiting for a job on a phone', () => {
  test('shows that the network is down, and continues by itself when it is back', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider);
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    await order(page, '断网也不怕');
    await page.locator('[data-testid=stage][data-stage=generating]').waitFor();
    await provider.held(1);

    await page.context().setOffline(true);
    await page.getByTestId('trouble').waitFor();
    provider.release();
    await expect.poll(() => provider.stats().heldCalls, TIMEOUT).toBe(0);
    await page.context().setOffline(false);
    await page.waitForURL(/generation-result/);
  });

  test('shows the estimate and the charge of the service while MiniMax limits the rate', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const { sdk } = api.user();
    await sdk.generate({ model: 'image-01', prompt: '先有一次，才有估计' });
    provider.script({ fault: { kind: 'http', status: 429, headers: { 'retry-after': '60' }, body: '' } });
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    await order(page, '要等一等');
    await page
      .getByTestId('estimate')
      .getByText(/约 \d\d 秒/)
      .waitFor();
    const [job] = (await sdk.list()).jobs;
    expect(Number(await page.getByTestId('progress').getAttribute('aria-valuenow'))).toBeLessThanOrEqual(
      job?.progress ?? 0,
    );
    expect(await page.getByText('比预计的久').count()).toBe(0);

    await page.getByTestId('cancel').click();
    await page.getByTestId('dialog').getByText('可能已经发给 MiniMax').waitFor();
    await page.getByTestId('dialog-yes').click();
    await page.locator('[data-testid=failure][data-code=canceled]').waitFor();
    expect(await page.getByTestId('charge').textContent()).toContain('没有计费');
    expect(await page.getByTestId('retry').textContent()).toBe('重新生成');
  });

  test('can be left and resumed from the home page', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider);
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    await order(page, '先离开');
    await page.locator('[data-testid=stage][data-stage=generating]').waitFor();
    await provider.held(1);
    await page.getByTestId('leave').click();
    provider.release();
    await page.getByTestId('resume').click();
    await page.waitForURL(/generation-result/);
  });
});

describe.skipIf(chromiumPath === '')('a result on a phone', () => {
  async function openResult(env: Record<string, string> = {}) {
    const api = await startApi(await startProvider({ images: 'poster' }), env);
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    await page.getByTestId('count-2').click();
    return { api, phone, page };
  }

  test('shows its placeholder until the image has loaded', async () => {
    const { phone, page } = await openResult();
    let letThrough = () => {};
    const held = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await page.route('**/files/**', async (route) => {
      await held;
      await route.continue();
    });
    await order(page, '还没有到');
    await page.waitForURL(/generation-result/);
    const grounds = () =>
      page
        .getByTestId('result-image')
        .evaluateAll((frames) => frames.filter((frame) => frame.innerHTML.includes('data:image/png;base64,')).length);
    await expect.poll(grounds, TIMEOUT).toBe(2);
    expect(await page.getByTestId('ai-label').count()).toBe(2);
    letThrough();
    await expect.poll(() => loadedImages(page), TIMEOUT).toBe(2);
    await expect.poll(grounds, TIMEOUT).toBe(0);
    expect(phone.faults).toEqual([]);
  });

  test('is browsed by arrow keys and swipe, and closed by Escape', async () => {
    const { phone, page } = await openResult();
    await order(page, '翻一翻');
    await page.getByTestId('result-image').first().click();
    const at = (index: number) => page.locator(`[data-testid=viewer][data-index="${index}"]`).waitFor();
    await at(0);
    await page.keyboard.press('ArrowRight');
    await at(1);
    await page.keyboard.press('ArrowRight');
    await at(0);
    const touch = (type: string, clientX: number) => {
      const touches = [{ identifier: 0, clientX, clientY: 300 }];
      return page
        .getByTestId('viewer-picture')
        .dispatchEvent(type, type === 'touchend' ? { changedTouches: touches } : { touches, changedTouches: touches });
    };
    await touch('touchstart', 300);
    await touch('touchend', 120);
    await at(1);
    await page.keyboard.press('Escape');
    await page.getByTestId('viewer').waitFor({ state: 'detached' });
    expect(phone.faults).toEqual([]);
  });

  test('is shown and saved with renewed links after the old ones expired, without an error', async () => {
    const { page } = await openResult({ FILE_URL_TTL_S: '2' });
    // Each image's first link is answered only after it has expired; later links are answered normally.
    const asked = new Set<string>();
    await page.route('**/files/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      if (asked.has(pathname)) return route.continue();
      asked.add(pathname);
      await expect.poll(() => route.fetch().then((answer) => answer.status()), TIMEOUT).toBe(403);
      await route.fulfill({ status: 403 });
    });
    await order(page, '链接过期');
    await page.waitForURL(/generation-result/);
    await expect.poll(() => loadedImages(page), TIMEOUT).toBe(2);

    const shown = await page.getByTestId('result-image').locator('img').first().getAttribute('src');
    const isDead = async () => (await page.request.get(shown ?? '')).status() === 403;
    await expect.poll(isDead, TIMEOUT).toBe(true);
    const download = page.waitForEvent('download');
    await page.getByTestId('save').first().click();
    expect(await (await download).failure()).toBeNull();
  });

  test('is shared as a link for its owner alone where the browser cannot share files', async () => {
    const { phone, page } = await openResult();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await order(page, '给朋友看看');
    await page.waitForURL(/generation-result/);
    await page.getByTestId('share').click();
    const copied = () => page.evaluate('navigator.clipboard.readText()');
    await expect.poll(copied, TIMEOUT).toBe(page.url());
    expect(String(await copied())).not.toMatch(/signature|token/);
    expect(phone.faults).toEqual([]);
  });

  test('is deleted after a confirmation, and leaves nothing in the browser', async () => {
    const { api, phone, page } = await openResult();
    await choosePhoto(page);
    await picker(page, 'ready').waitFor();
    await order(page, '一会儿就删');
    await page.getByTestId('delete').click();
    await page.getByTestId('dialog-yes').click();
    await picker(page, 'empty').waitFor();
    expect((await api.user().sdk.list()).jobs).toEqual([]);
    const kept = String(await page.evaluate('JSON.stringify(localStorage)'));
    expect(kept).not.toContain('upload://');
    expect(kept).not.toContain('/files/');
    expect(phone.faults).toEqual([]);
  });
});
