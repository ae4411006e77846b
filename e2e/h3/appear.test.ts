import { type SharedApi, shareApi } from '@darkroom/test-kit/api/share-api';
import type { RunningApi } from '@darkroom/test-kit/api/start-api';
import { findAxeViolations } from '@darkroom/test-kit/browser/axe-violations';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startPhone, takeScreenshot } from '@darkroom/test-kit/browser/phone';
import { describe, expect, test } from 'vitest';

const TIMEOUT = { timeout: 10_000 };
const REQUEST = { model: 'MiniMax-H3-Image', prompt: '雪夜的车站', n: 4, area: '1K', aspect_ratio: '3:4' } as const;

const service = shareApi({ simulator: { images: 'poster' } });

describe.skipIf(!hasChromium)('the page of a job whose images arrive one by one', () => {
  test('shows each image in its place as it arrives, and then the result', async () => {
    const { provider, api } = holding(2, [2, 0, 3, 1]);
    const { phone, app, jobId } = await openJob(api);
    const { arrived } = app.progress;

    await expect.poll(() => arrived.places(), TIMEOUT).toEqual(['image', 'awaited', 'image', 'awaited']);
    await expect.poll(() => loadedImages(app.result), TIMEOUT).toBe(2);
    expect(await findAxeViolations(app.page)).toEqual([]);
    await takeScreenshot(app.page, 'appear-light');
    await app.result.openViewer();
    await app.result.viewer(0).waitFor();
    await app.page.getByTestId('viewer-close').click();
    expect((await app.result.save()).suggestedFilename()).toBe(`${jobId}-0.jpg`);

    provider.release();
    await app.result.waitUntilOpen();
    await expect.poll(() => loadedImages(app.result), TIMEOUT).toBe(4);
    expect(provider.calls()).toHaveLength(1);
    expect(phone.faults).toEqual([]);
  });

  test('keeps an image open in full when the job completes, and then shows the result', async () => {
    const { provider, api } = holding(1, [1, 0, 2, 3]);
    const { phone, app, jobId } = await openJob(api);
    await expect.poll(() => app.progress.arrived.places(), TIMEOUT).toContain('image');
    await app.result.openViewer();
    await app.result.viewer(0).waitFor();

    provider.release();
    await api.user().sdk.wait(jobId);
    await app.page.getByText('2 / 4').waitFor(); // all images are there: the page knows of the end
    await app.page.getByTestId('viewer-next').click();
    expect(app.page.url()).toContain('generation-loading');
    await app.page.getByTestId('viewer-close').click();
    await app.result.waitUntilOpen();
    expect(phone.faults).toEqual([]);
  });

  test('keeps the images that had arrived when the job is canceled', async () => {
    const { provider, api } = holding(1, [1, 0, 2, 3]);
    const { phone, app } = await openJob(api);

    await expect.poll(() => app.progress.arrived.places(), TIMEOUT).toContain('image');
    await app.progress.cancel();
    await app.dialog.with('已经显示的图片会留下').waitFor();
    await app.dialog.confirm();

    await app.failure('canceled').waitFor();
    await expect.poll(() => app.progress.arrived.places(), TIMEOUT).toEqual(['image']);
    await expect.poll(() => loadedImages(app.result), TIMEOUT).toBe(1);
    await takeScreenshot(app.page, 'canceled-light');
    expect(provider.calls()).toHaveLength(1);
    expect(phone.faults).toEqual([]);
  });
});

/** Lets the provider hold the call after so many of its images, which are finished in this order. */
function holding(holdAfter: number, order: number[]): SharedApi {
  const { provider, api } = service();
  provider.script({ hold: true, holdAfter, fault: { kind: 'completion_order', order } });
  return { provider, api };
}

/** Creates a job of a user, and opens the job's page on the user's phone. */
async function openJob(api: RunningApi) {
  const { sdk, token } = api.user();
  const { job_id: jobId } = await sdk.create(REQUEST);
  const phone = await startPhone({ url: api.url, token });
  const app = await phone.open();
  await app.page.goto(`${api.url}/#/pages/discover/generation-loading?job_id=${jobId}`);
  return { phone, app, jobId };
}

/** The number of images that the browser has decoded. */
async function loadedImages({ imageWidths }: { imageWidths(): Promise<number[]> }): Promise<number> {
  return (await imageWidths()).filter((width) => width > 0).length;
}
