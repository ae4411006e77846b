import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readAttempts } from '@darkroom/test-kit/api/read-attempts';
import { shareApi } from '@darkroom/test-kit/api/share-api';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startPhone } from '@darkroom/test-kit/browser/phone';
import type { ClientPages } from '@darkroom/test-kit/pages/client-pages';
import { ASTRONAUT } from '@darkroom/test-kit/process/checkout';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';

const TIMEOUT = { timeout: 10_000 };

/** Larger than the service accepts. */
const TOO_LARGE_BYTES = 21 * 1024 * 1024;

/** Percent up to which the page extrapolates a running call (smooth-progress.ts). */
const EXTRAPOLATED_MAX = 81;

const service = shareApi();

/** Opens the app on the phone of a user who has no job yet. */
async function openPhone({ isAnimated = false } = {}) {
  const { provider, api } = service();
  const phone = await startPhone({ url: api.url, token: api.user().token, isAnimated });
  return { provider, api, phone, app: await phone.open() };
}

/** The number of images that the browser has decoded. */
async function loadedImages({ result }: ClientPages): Promise<number> {
  return (await result.imageWidths()).filter((width) => width > 0).length;
}

describe.skipIf(!hasChromium)('a photo on a phone', () => {
  test('is used after one consent, which is not asked for again', async () => {
    const { phone, app } = await openPhone({ isAnimated: true });

    await app.page.getByTestId('photo-add').click();
    await app.page.getByTestId('consent-no').click();
    await app.page.getByTestId('photo-problem').waitFor();
    await app.form.addPhoto();
    await app.page.getByTestId('photo-remove').click();

    const reopened = await phone.open();
    const chooser = reopened.page.waitForEvent('filechooser');
    await reopened.page.getByTestId('photo-camera').click();
    expect(await (await chooser).element().getAttribute('capture')).toBe('camera');
    expect(phone.faults).toEqual([]);
  });

  test('is uploaded as the part chosen by cropping', async () => {
    const { provider, phone, app } = await openPhone();
    await app.form.addPhoto();

    await app.form.cropPhoto({ isPortrait: true });
    await app.form.submit('只要中间');
    await app.result.waitUntilOpen();

    const [, base64 = ''] = provider.calls()[0]?.request?.subject_reference?.[0]?.image_file.split(',') ?? [];
    const { width, height } = await sharp(Buffer.from(base64, 'base64')).metadata();
    expect(width / height).toBeCloseTo(3 / 4, 2);
    expect(height).toBe(Math.round((await sharp(ASTRONAUT).metadata()).height / 1.25));
    expect(phone.faults).toEqual([]);
  });

  test('stays selected when the upload of its replacement is canceled', async () => {
    const { phone, app } = await openPhone();
    await app.form.addPhoto();

    await app.page.route('**/uploads', () => {}); // never answered
    await app.form.replacePhoto();
    await app.form.photo('uploading').waitFor();
    await app.page.getByTestId('photo-progress').waitFor();
    await app.page.getByTestId('photo-cancel').click();
    await app.form.photo('ready').waitFor();
    expect(phone.faults).toEqual([]);
  });

  test('is refused on the device when it is too large, and by the service when it is no image', async () => {
    const { app } = await openPhone();
    const folder = await mkdtemp(path.join(tmpdir(), 'darkroom-photo-'));
    const [large, broken] = [path.join(folder, 'large.jpg'), path.join(folder, 'broken.jpg')];
    await writeFile(large, Buffer.alloc(TOO_LARGE_BYTES));
    await writeFile(broken, (await readFile(ASTRONAUT)).subarray(100));
    let uploads = 0;
    app.page.on('request', (request) => {
      if (request.url().endsWith('/uploads')) uploads++;
    });

    await app.form.choosePhoto(large);
    await app.form.photo('failed').waitFor();
    expect(await app.page.getByTestId('photo-hint').textContent()).toContain('20 MB');
    expect(uploads).toBe(0);
    await app.form.replacePhoto(broken);
    await expect.poll(() => app.page.getByTestId('photo-hint').textContent(), TIMEOUT).toContain('JPEG、PNG');
    expect(uploads).toBe(1);
    expect(await app.page.getByTestId('photo-retry').count()).toBe(0);
  });

  test('is reported as expired and uploaded again from the phone when the service no longer has it', async () => {
    const { app } = await openPhone();
    await app.form.addPhoto();
    const createUrl = '**/trpc/image.create**';
    await app.page.route(createUrl, async (route) => {
      const answer = await route.fetch({
        postData: (route.request().postData() ?? '').replace(/upload:\/\/\w{8}/, 'upload://00000000'),
      });
      await route.fulfill({ response: answer });
    });
    await app.form.submit('照片还在吗');
    await app.failure('upload_not_found').waitFor();
    await app.page.unroute(createUrl);
    await app.page.getByTestId('edit').click();

    await app.form.photo('failed').waitFor();
    expect(await app.form.photo('failed').textContent()).toContain('照片已过期');
    await app.page.getByTestId('photo-retry').click();
    await app.form.photo('ready').waitFor();
    await app.form.submitButton.click();
    await app.result.waitUntilOpen();
  });
});

describe.skipIf(!hasChromium)('waiting for a job on a phone', () => {
  test('shows that the network is down, and continues by itself when it is back', async () => {
    const { provider, app } = await openPhone();
    provider.script({ hold: true });
    await app.form.submit('断网也不怕');
    await app.progress.stage('generating').waitFor();
    await provider.held(1);

    await app.page.context().setOffline(true);
    await app.page.getByTestId('trouble').waitFor();
    provider.release();
    await expect.poll(() => provider.stats().heldCalls, TIMEOUT).toBe(0);
    await app.page.context().setOffline(false);
    await app.result.waitUntilOpen();
  });

  test('shows the estimate and the charge of the service while MiniMax limits the rate', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const { sdk } = api.user();
    await sdk.generate({ model: 'image-01', prompt: '先有一次，才有估计' });
    provider.script({ hold: true, fault: { kind: 'http', status: 429, headers: { 'retry-after': '60' }, body: '' } });
    const phone = await startPhone({ url: api.url });
    const app = await phone.open();
    // The page extrapolates the progress of a running call. So the call is refused once the service itself has come so
    // far, and the page's first answer comes after that.
    await app.page.route('**/trpc/image.status**', async (route) => {
      await expect.poll(() => readAttempts(api).at(-1)?.outcome, TIMEOUT).toBe('not_taken');
      await route.continue();
    });
    await app.form.submit('要等一等');
    await provider.held(1);
    const progress = async () => (await sdk.list()).jobs[0]?.progress ?? 0;
    await expect.poll(progress, TIMEOUT).toBeGreaterThanOrEqual(EXTRAPOLATED_MAX);
    provider.release();
    await app.page
      .getByTestId('estimate')
      .getByText(/约 \d\d 秒/)
      .waitFor();
    expect(await app.progress.percent()).toBeLessThanOrEqual(await progress());
    expect(await app.page.getByText('比预计的久').count()).toBe(0);

    await app.progress.cancel();
    await app.dialog.with('可能已经发给 MiniMax').waitFor();
    await app.dialog.confirm();
    await app.failure('canceled').waitFor();
    expect(await app.progress.charge()).toContain('没有计费');
    expect(await app.page.getByTestId('retry').textContent()).toBe('重新生成');
  });

  test('can be left and resumed from the home page', async () => {
    const { provider, app } = await openPhone();
    provider.script({ hold: true });
    await app.form.submit('先离开');
    await app.progress.stage('generating').waitFor();
    await provider.held(1);
    await app.progress.leave();
    provider.release();
    await app.form.banner().click();
    await app.result.waitUntilOpen();
  });
});

describe.skipIf(!hasChromium)('a result on a phone', () => {
  async function openResult() {
    const opened = await openPhone();
    await opened.app.form.chooseCount(2);
    return opened;
  }

  test('shows its placeholder until the image has loaded', async () => {
    const { phone, app } = await openResult();
    let letThrough = () => {};
    const held = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await app.page.route('**/files/**', async (route) => {
      await held;
      await route.continue();
    });
    await app.form.submit('还没有到');
    await app.result.waitUntilOpen();
    const grounds = () =>
      app.result.images.evaluateAll(
        (frames) => frames.filter((frame) => frame.innerHTML.includes('data:image/png;base64,')).length,
      );
    await expect.poll(grounds, TIMEOUT).toBe(2);
    expect(await app.page.getByTestId('ai-label').count()).toBe(2);
    letThrough();
    await expect.poll(() => loadedImages(app), TIMEOUT).toBe(2);
    await expect.poll(grounds, TIMEOUT).toBe(0);
    expect(phone.faults).toEqual([]);
  });

  test('is browsed by arrow keys and swipe, and closed by Escape', async () => {
    const { phone, app } = await openResult();
    await app.form.submit('翻一翻');
    await app.result.openViewer();
    const at = (index: number) => app.result.viewer(index).waitFor();
    await at(0);
    await app.page.keyboard.press('ArrowRight');
    await at(1);
    await app.page.keyboard.press('ArrowRight');
    await at(0);
    const touch = (type: string, clientX: number) => {
      const touches = [{ identifier: 0, clientX, clientY: 300 }];
      return app.page
        .getByTestId('viewer-picture')
        .dispatchEvent(type, type === 'touchend' ? { changedTouches: touches } : { touches, changedTouches: touches });
    };
    await touch('touchstart', 300);
    await touch('touchend', 120);
    await at(1);
    await app.page.keyboard.press('Escape');
    await app.result.viewer().waitFor({ state: 'detached' });
    expect(phone.faults).toEqual([]);
  });

  test('is shown and saved with renewed links after the old ones expired, without an error', async () => {
    const api = await startApi(await startProvider(), { FILE_URL_TTL_S: 2 });
    const app = await (await startPhone({ url: api.url })).open();
    await app.form.chooseCount(2);
    // Each image's first link is answered only after it has expired; later links are answered normally.
    const asked = new Set<string>();
    await app.page.route('**/files/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      if (asked.has(pathname)) return route.continue();
      asked.add(pathname);
      await expect.poll(() => route.fetch().then((answer) => answer.status()), TIMEOUT).toBe(403);
      await route.fulfill({ status: 403 });
    });
    await app.form.submit('链接过期');
    await app.result.waitUntilOpen();
    await expect.poll(() => loadedImages(app), TIMEOUT).toBe(2);

    const shown = await app.result.images.locator('img').first().getAttribute('src');
    const isDead = async () => (await app.page.request.get(shown ?? '')).status() === 403;
    await expect.poll(isDead, TIMEOUT).toBe(true);
    expect(await (await app.result.save()).failure()).toBeNull();
  });

  test('is shared as a link for its owner alone where the browser cannot share files', async () => {
    const { phone, app } = await openResult();
    await app.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await app.form.submit('给朋友看看');
    await app.result.waitUntilOpen();
    await app.page.getByTestId('share').click();
    const copied = () => app.page.evaluate('navigator.clipboard.readText()');
    await expect.poll(copied, TIMEOUT).toBe(app.page.url());
    expect(String(await copied())).not.toMatch(/signature|token/);
    expect(phone.faults).toEqual([]);
  });

  test('is deleted after a confirmation, and leaves nothing in the browser', async () => {
    const { api, phone, app } = await openResult();
    await app.form.addPhoto();
    await app.form.submit('一会儿就删');
    await app.page.getByTestId('delete').click();
    await app.dialog.confirm();
    await app.form.photo('empty').waitFor();
    expect((await api.user().sdk.list()).jobs).toEqual([]);
    const kept = String(await app.page.evaluate('JSON.stringify(localStorage)'));
    expect(kept).not.toContain('upload://');
    expect(kept).not.toContain('/files/');
    expect(phone.faults).toEqual([]);
  });
});
