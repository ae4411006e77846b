import type { CreateImageInput } from '@darkroom/sdk';
import { shareApi } from '@darkroom/test-kit/api/share-api';
import { type RunningApi, startApi } from '@darkroom/test-kit/api/start-api';
import { findAxeViolations } from '@darkroom/test-kit/browser/axe-violations';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startPhone, takeScreenshot } from '@darkroom/test-kit/browser/phone';
import type { ClientPages } from '@darkroom/test-kit/pages/client-pages';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

const TIMEOUT = { timeout: 20_000 };
const H3 = 'MiniMax-H3-Image';
const photo = (name: string) => `${CHECKOUT}test-kit/photos/${name}`;
const [ASTRONAUT, CAT, COFFEE] = [photo('astronaut.png'), photo('chelsea.png'), photo('coffee.png')];

const service = shareApi();

/** Opens the app on the phone of a user who has no job yet. */
async function openPhone() {
  const { provider, api } = service();
  const phone = await startPhone({ url: api.url, token: api.user().token });
  return { provider, api, phone, app: await phone.open() };
}

describe.skipIf(!hasChromium)('the form for several references', () => {
  test('creates images from references in an order, shows them as they arrive, and fills the form with the request again', async () => {
    const { provider, api, phone, app } = await openPhone();
    provider.script({ hold: true, holdAfter: 1, fault: { kind: 'completion_order', order: [2, 0, 1] } });
    const uploaded = collectUploads(app.page);

    await app.form.chooseModel(H3);
    await app.form.addReference(ASTRONAUT);
    await app.form.addReference(CAT);
    await app.form.addReference(COFFEE);
    await expect.poll(() => uploaded.length, TIMEOUT).toBe(3);
    await app.form.moveReference(3, 'earlier'); // astronaut, coffee, cat
    await app.page.locator('[data-number="2"] [data-testid=reference-earlier]').press('Enter'); // coffee, astronaut, cat
    await app.page.locator('[data-number="1"] [data-testid=reference-earlier]:focus').waitFor();
    await app.form.removeReference(2);
    await expect.poll(() => app.form.references().count(), TIMEOUT).toBe(2);
    await app.form.chooseArea('2K');
    await app.form.chooseRatio('16:9');
    await app.form.chooseCount(3);
    await app.form.writePrompt('把图 2 的猫放到图 1 的咖啡杯旁边');
    await takeScreenshot(app.page, 'free-edit-light');
    await takeFullScreenshot(app.page, 'free-edit-light-full');
    await app.form.submitButton.click();

    await expect.poll(() => app.progress.arrived.places(), TIMEOUT).toEqual(['awaited', 'awaited', 'image']);
    provider.release();
    await app.result.waitUntilOpen();
    await expect
      .poll(async () => (await app.result.imageWidths()).filter((width) => width > 0).length, TIMEOUT)
      .toBe(3);
    expect(provider.calls()).toHaveLength(1);

    const [cat, coffee] = [uploaded[1], uploaded[2]];
    const expected: CreateImageInput = {
      model: H3,
      prompt: '把图 2 的猫放到图 1 的咖啡杯旁边',
      aspect_ratio: '16:9',
      area: '2K',
      n: 3,
      references: [coffee, cat].map((image_file) => ({ image_file: image_file ?? '' })),
    };
    const [job] = (await api.user().sdk.list()).jobs;
    expect(job?.request).toEqual(expected);

    await app.page.getByTestId('change').click();
    await app.form.chosenModel(H3).waitFor();
    await expect.poll(() => app.form.references().count(), TIMEOUT).toBe(2);
    await app.form.submitButton.click();
    await app.result.waitUntilOpen();
    expect(await requests(api)).toEqual([expected, expected]);
    expect(phone.faults).toEqual([]);
  });

  test('keeps what a repeated request has beyond the form, until it is removed or replaced', async () => {
    const { api, phone, app } = await openPhone();
    const { sdk } = api.user();
    const request = { model: H3, prompt: '一盏灯', size: '1024x1024', n: 5, disable_prompt_enhanced: true } as const;
    const { job_id } = await sdk.create(request);
    await sdk.wait(job_id);
    await change(app, api, job_id);

    await app.form.extra('size').waitFor();
    await takeFullScreenshot(app.page, 'repeat-light-full');
    expect(await findAxeViolations(app.page)).toEqual([]);
    await app.form.submitButton.click();
    await app.result.waitUntilOpen();
    expect(await requests(api)).toEqual([request, request]);

    await app.page.getByTestId('change').click();
    await app.form.chooseRatio('3:4');
    await app.form.extra('size').waitFor({ state: 'detached' });
    await app.form.extra('disable_prompt_enhanced').click();
    await app.form.submitButton.click();
    await app.result.waitUntilOpen();
    const { size: _size, disable_prompt_enhanced: _plain, ...rest } = request;
    expect((await requests(api))[0]).toEqual({ ...rest, aspect_ratio: '3:4', area: '2K' });
    expect(phone.faults).toEqual([]);
  });

  test('keeps references that another model does not take, and says that they are not sent', async () => {
    const { api, phone, app } = await openPhone();

    await app.form.chooseModel(H3);
    await app.form.addReference(ASTRONAUT);
    await app.form.addReference(CAT);
    await app.form.chooseModel('image-01');
    await app.form.references(2).getByText('不会发送').waitFor();
    await takeFullScreenshot(app.page, 'surplus-light-full');
    await app.form.submit('只用第一张');
    await app.result.waitUntilOpen();

    const [sent] = await requests(api);
    expect(sent).toMatchObject({ model: 'image-01', subject_reference: [{ type: 'character' }] });
    expect(phone.faults).toEqual([]);
  });

  test('marks the reference that the service no longer has', async () => {
    const { app } = await openPhone();
    await app.form.chooseModel(H3);
    await app.form.addReference(ASTRONAUT);
    await app.form.addReference(CAT);
    await app.page.route('**/trpc/image.create**', async (route) => {
      const body = route.request().postData() ?? '';
      const last = body.lastIndexOf('upload://') + 'upload://'.length;
      await route.continue({ postData: `${body.slice(0, last)}${crypto.randomUUID()}${body.slice(last + 36)}` });
    });

    await app.form.submit('少了一张');
    await app.failure('upload_not_found').waitFor();
    await app.page.getByTestId('edit').click();

    await app.page.locator('[data-testid=reference][data-number="2"][data-state=failed]').waitFor();
    expect(await app.form.references(1).getAttribute('data-state')).toBe('ready');
  });

  test('moves nothing on the page when the models arrive', async () => {
    const { app } = await openPhone();
    await app.form.chosenModel('image-01').waitFor();

    const shifts = await app.page.evaluate<number[]>(READ_SHIFTS);
    expect(shifts.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.01);
  });

  test('offers no choice where the deployment offers one model', async () => {
    const api = await startApi(await startProvider(), { MODELS: H3 });
    const phone = await startPhone({ url: api.url });
    const app = await phone.open();
    await app.page.getByTestId('area-2K').waitFor();
    expect(await app.page.getByTestId(`model-${H3}`).count()).toBe(0);
    expect(await app.page.getByText('人像参考').count()).toBe(0);
    await app.form.submit('只有一种');
    await app.result.waitUntilOpen();
    expect(await requests(api)).toMatchObject([{ model: H3, aspect_ratio: '3:4', area: '2K', n: 1 }]);
    expect(phone.faults).toEqual([]);
  });
});

/** The layout shifts so far. Entries are delivered later, in the order of the calls; a page has always been painted. */
const READ_SHIFTS = `new Promise((resolve) => {
  const shifts = [];
  const observer = new PerformanceObserver((list) => {
    for (const { entryType, value } of list.getEntries()) if (entryType === 'layout-shift') shifts.push(value);
    if (list.getEntriesByType('paint').length > 0) resolve(shifts);
  });
  observer.observe({ type: 'layout-shift', buffered: true });
  observer.observe({ type: 'paint', buffered: true });
})`;

/** The addresses of the uploads that the page makes, in their order. */
function collectUploads(page: Page): string[] {
  const uploaded: string[] = [];
  page.on('response', async (response) => {
    if (response.request().method() !== 'POST' || !response.url().includes('/uploads')) return;
    const { data } = (await response.json()) as { data: { image_file: string } }; // the contract's answer
    uploaded.push(data.image_file);
  });
  return uploaded;
}

/** The requests of all jobs of the page's user, newest first. */
async function requests(api: Pick<RunningApi, 'url' | 'user'>): Promise<unknown[]> {
  return (await api.user().sdk.list()).jobs.map(({ request }) => request);
}

/** Opens the result of a job, and from there the form. */
async function change(app: ClientPages, api: Pick<RunningApi, 'url' | 'user'>, jobId: string): Promise<void> {
  await app.page.goto(`${api.url}/#/pages/discover/generation-result?job_id=${jobId}`);
  await app.page.getByTestId('change').click();
}

async function takeFullScreenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({
    path: `${CHECKOUT}test-output/screenshots/${name}.png`,
    animations: 'disabled',
    fullPage: true,
  });
}
