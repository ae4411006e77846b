import { startApi } from '@darkroom/test-kit/api/start-api';
import { startPhone, takeScreenshot } from '@darkroom/test-kit/browser/phone';
import { ASTRONAUT } from '@darkroom/test-kit/process/checkout';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

const chromiumPath = findTool('chromium') ?? '';

const TIMEOUT = { timeout: 10_000 };

const stage = (page: Page, name: string) => page.locator(`[data-testid=stage][data-stage=${name}]`);

async function choosePhoto(page: Page): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByTestId('photo-add').click();
  await page.getByTestId('consent-yes').click();
  await (await chooser).setFiles(ASTRONAUT);
  await page.locator('[data-testid=photo-picker][data-state=ready]').waitFor();
}

async function writePrompt(page: Page, prompt: string): Promise<void> {
  await page.getByTestId('prompt').locator('textarea').fill(prompt);
}

async function shownProgress(page: Page): Promise<number> {
  return Number(await page.getByTestId('progress').getAttribute('aria-valuenow'));
}

/** The width in pixels of each result image as the browser decoded it; 0 for one that did not load. */
function imageWidths(page: Page): Promise<number[]> {
  const images = page.getByTestId('result-image').locator('img');
  return images.evaluateAll((elements) =>
    elements.map((image) => ('naturalWidth' in image ? Number(image.naturalWidth) : 0)),
  );
}

describe.skipIf(chromiumPath === '')('the page on a phone', () => {
  test.each(['light', 'dark'] as const)('creates images from a photo through a reload, %s', async (colorScheme) => {
    const provider = await startProvider({ images: 'poster' });
    provider.script({ hold: true });
    const api = await startApi(provider);
    const phone = await startPhone({ chromiumPath, url: api.url, colorScheme });
    const page = await phone.open();

    await choosePhoto(page);
    await writePrompt(page, '宇航员走在向日葵花田里，清晨，胶片质感');
    await page.getByTestId('ratio-3:4').click();
    await page.getByTestId('count-2').click();
    await takeScreenshot(page, `index-${colorScheme}`);
    await page.getByTestId('submit').click();

    await page.waitForURL(/pages\/discover\/generation-loading/);
    await stage(page, 'generating').waitFor();
    await expect.poll(() => shownProgress(page), TIMEOUT).toBeGreaterThan(4);
    await page.reload();
    await expect.poll(() => shownProgress(page), TIMEOUT).toBeGreaterThan(20);
    await takeScreenshot(page, `loading-${colorScheme}`);

    provider.release();
    await page.waitForURL(/pages\/discover\/generation-result/);
    await expect.poll(() => imageWidths(page), TIMEOUT).toEqual([864, 864]);
    await takeScreenshot(page, `result-${colorScheme}`);

    expect(provider.calls()).toHaveLength(1);
    expect(provider.calls()[0]?.request).toMatchObject({ n: 2, aspect_ratio: '3:4', subject_reference: [{}] });
    expect(phone.faults).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('explains a refused prompt, %s', async (colorScheme) => {
    const provider = await startProvider();
    provider.script({ fault: { kind: 'base_resp', code: 1026 } });
    const api = await startApi(provider);
    const phone = await startPhone({ chromiumPath, url: api.url, colorScheme });
    const page = await phone.open();

    await writePrompt(page, '不合适的内容');
    await page.getByTestId('submit').click();

    await page.locator('[data-testid=failure][data-code=content_rejected]').waitFor();
    await takeScreenshot(page, `failure-${colorScheme}`);
    expect(phone.faults).toEqual([]);
  });

  test('creates one job for two taps', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();

    await writePrompt(page, '只要一次');
    await page.getByTestId('submit').dblclick();
    await page.waitForURL(/pages\/discover\/generation-result/);

    expect((await api.user().sdk.list()).jobs).toHaveLength(1);
    expect(provider.calls()).toHaveLength(1);
    expect(phone.faults).toEqual([]);
  });

  test('resumes the same job after a kill between the request and the answer', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    await page.route('**/trpc/image.create**', async (route) => {
      await route.fetch(); // the request reaches the API, and its answer is lost
      await page.close();
    });
    await writePrompt(page, '只要一次');
    const killed = page.waitForEvent('close');
    await page.getByTestId('submit').click();
    await killed;
    expect((await api.user().sdk.list()).jobs).toHaveLength(1);

    const reopened = await phone.open();
    await reopened.getByTestId('resume').click();
    await reopened.waitForURL(/pages\/discover\/generation-result/);

    expect((await api.user().sdk.list()).jobs).toHaveLength(1);
    expect(provider.calls()).toHaveLength(1);
    expect(phone.faults).toEqual([]);
  });

  test('moves the focus through every answer of a dialog, and back to its opener', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider);
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    const focused = (testId: string) => page.locator(`[data-testid=${testId}]:focus`).waitFor();

    await writePrompt(page, '只用键盘');
    await page.getByTestId('submit').press('Enter');
    await stage(page, 'generating').waitFor();
    await page.getByTestId('cancel').press('Enter');
    await focused('dialog-no');
    await page.keyboard.press('Tab');
    await focused('dialog-yes');
    await page.keyboard.press('Tab');
    await focused('dialog-no');
    await page.keyboard.press('Escape');
    await focused('cancel');

    await page.keyboard.press('Enter');
    await page.getByTestId('dialog-yes').press('Enter');
    await page.locator('[data-testid=failure][data-code=canceled]').waitFor();
    provider.release();
    expect(phone.faults).toEqual([]);
  });

  test('labels an image in the viewer as generated by AI', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    await writePrompt(page, '清晨的海边');
    await page.getByTestId('count-2').click();
    await page.getByTestId('submit').click();

    await page.getByTestId('result-image').first().click();
    await expect.poll(() => page.getByTestId('viewer-label').textContent(), TIMEOUT).toBe('AI生成');
    await page.getByTestId('viewer-next').click();
    await page.locator('[data-testid=viewer][data-index="1"]').waitFor();
    await page.getByTestId('viewer-close').click();
    await page.getByTestId('viewer').waitFor({ state: 'detached' });
    expect(phone.faults).toEqual([]);
  });

  test('shows the job of a link that is pasted over another open job', async () => {
    const provider = await startProvider();
    provider.script({ hold: true });
    const api = await startApi(provider, { GENERATION_CONCURRENCY: 1 });
    const { sdk } = api.user();
    const running = await sdk.create({ model: 'image-01', prompt: '正在生成' });
    const waiting = await sdk.create({ model: 'image-01', prompt: '正在排队' });
    const phone = await startPhone({ chromiumPath, url: api.url });
    const page = await phone.open();
    const paste = (jobId: string) => page.goto(`${api.url}/#/pages/discover/generation-loading?job_id=${jobId}`);

    await paste(running.job_id);
    await stage(page, 'generating').waitFor();
    await paste(waiting.job_id);
    await stage(page, 'PENDING').waitFor();
    await page.goBack();
    await stage(page, 'generating').waitFor();
    expect(phone.faults).toEqual([]);
  });
});
