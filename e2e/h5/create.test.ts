import { startApi } from '@darkroom/test-kit/api/start-api';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startPhone, takeScreenshot } from '@darkroom/test-kit/browser/phone';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';

const TIMEOUT = { timeout: 10_000 };

describe.skipIf(!hasChromium)('the page on a phone', () => {
  test.each(['light', 'dark'] as const)('creates images from a photo through a reload, %s', async (colorScheme) => {
    const provider = await startProvider({ images: 'poster' });
    provider.script({ hold: true });
    const api = await startApi(provider);
    const phone = await startPhone({ url: api.url, colorScheme });
    const app = await phone.open();

    await app.form.addPhoto();
    await app.form.writePrompt('宇航员走在向日葵花田里，清晨，胶片质感');
    await app.form.chooseRatio('3:4');
    await app.form.chooseCount(2);
    await takeScreenshot(app.page, `index-${colorScheme}`);
    await app.form.submitButton.click();

    await app.page.waitForURL(/pages\/discover\/generation-loading/);
    await app.progress.stage('generating').waitFor();
    await expect.poll(() => app.progress.percent(), TIMEOUT).toBeGreaterThan(4);
    await app.page.reload();
    await expect.poll(() => app.progress.percent(), TIMEOUT).toBeGreaterThan(20);
    await takeScreenshot(app.page, `loading-${colorScheme}`);

    provider.release();
    await app.result.waitUntilOpen();
    await expect.poll(() => app.result.imageWidths(), TIMEOUT).toEqual([864, 864]);
    await takeScreenshot(app.page, `result-${colorScheme}`);

    expect(provider.calls()).toHaveLength(1);
    expect(provider.calls()[0]?.request).toMatchObject({ n: 2, aspect_ratio: '3:4', subject_reference: [{}] });
    expect(phone.faults).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('explains a refused prompt, %s', async (colorScheme) => {
    const provider = await startProvider();
    provider.script({ fault: { kind: 'base_resp', code: 1026 } });
    const api = await startApi(provider);
    const phone = await startPhone({ url: api.url, colorScheme });
    const app = await phone.open();

    await app.form.submit('不合适的内容');

    await app.failure('content_rejected').waitFor();
    await takeScreenshot(app.page, `failure-${colorScheme}`);
    expect(phone.faults).toEqual([]);
  });

  test('creates one job for two taps', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const phone = await startPhone({ url: api.url });
    const app = await phone.open();

    await app.form.writePrompt('只要一次');
    await app.form.submitButton.dblclick();
    await app.result.waitUntilOpen();

    expect((await api.user().sdk.list()).jobs).toHaveLength(1);
    expect(provider.calls()).toHaveLength(1);
    expect(phone.faults).toEqual([]);
  });

  test('resumes the same job after a kill between the request and the answer', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const phone = await startPhone({ url: api.url });
    const app = await phone.open();
    await app.page.route('**/trpc/image.create**', async (route) => {
      await route.fetch(); // the request reaches the API, and its answer is lost
      await app.page.close();
    });
    await app.form.writePrompt('只要一次');
    const killed = app.page.waitForEvent('close');
    await app.form.submitButton.click();
    await killed;
    expect((await api.user().sdk.list()).jobs).toHaveLength(1);

    const reopened = await phone.open();
    await reopened.form.banner().click();
    await reopened.result.waitUntilOpen();

    expect((await api.user().sdk.list()).jobs).toHaveLength(1);
    expect(provider.calls()).toHaveLength(1);
    expect(phone.faults).toEqual([]);
  });

  test('moves the focus through every answer of a dialog, and back to its opener', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider);
    const phone = await startPhone({ url: api.url });
    const app = await phone.open();
    const focused = (testId: string) => app.page.locator(`[data-testid=${testId}]:focus`).waitFor();

    await app.form.writePrompt('只用键盘');
    await app.form.submitButton.press('Enter');
    await app.progress.stage('generating').waitFor();
    await app.page.getByTestId('cancel').press('Enter');
    await focused('dialog-no');
    await app.page.keyboard.press('Tab');
    await focused('dialog-yes');
    await app.page.keyboard.press('Tab');
    await focused('dialog-no');
    await app.page.keyboard.press('Escape');
    await focused('cancel');

    await app.page.keyboard.press('Enter');
    await app.page.getByTestId('dialog-yes').press('Enter');
    await app.failure('canceled').waitFor();
    provider.release();
    expect(phone.faults).toEqual([]);
  });

  test('labels an image in the viewer as generated by AI', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const phone = await startPhone({ url: api.url });
    const app = await phone.open();
    await app.form.writePrompt('清晨的海边');
    await app.form.chooseCount(2);
    await app.form.submitButton.click();

    await app.result.openViewer();
    await expect.poll(() => app.page.getByTestId('viewer-label').textContent(), TIMEOUT).toBe('AI生成');
    await app.page.getByTestId('viewer-next').click();
    await app.result.viewer(1).waitFor();
    await app.page.getByTestId('viewer-close').click();
    await app.result.viewer().waitFor({ state: 'detached' });
    expect(phone.faults).toEqual([]);
  });

  test('shows the job of a link that is pasted over another open job', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider, { GENERATION_CONCURRENCY: 1 });
    const { sdk } = api.user();
    const running = await sdk.create({ model: 'image-01', prompt: '正在生成' });
    const waiting = await sdk.create({ model: 'image-01', prompt: '正在排队' });
    const phone = await startPhone({ url: api.url });
    const app = await phone.open();
    const paste = (jobId: string) => app.page.goto(`${api.url}/#/pages/discover/generation-loading?job_id=${jobId}`);

    await paste(running.job_id);
    await app.progress.stage('generating').waitFor();
    await paste(waiting.job_id);
    await app.progress.stage('PENDING').waitFor();
    await app.page.goBack();
    await app.progress.stage('generating').waitFor();
    expect(phone.faults).toEqual([]);
  });
});
