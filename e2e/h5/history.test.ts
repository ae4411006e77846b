import { type Api, startApi } from '@darkroom/test-kit/api/start-api';
import { findAxeViolations } from '@darkroom/test-kit/browser/axe-violations';
import { startPhone, takeScreenshot } from '@darkroom/test-kit/browser/phone';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { type Provider, startProvider } from '@darkroom/test-kit/provider/start-provider';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

const chromiumPath = findTool('chromium') ?? '';
const TIMEOUT = { timeout: 15_000 };

const rows = (page: Page) => page.getByTestId('job');
const row = (page: Page, status: string) => page.locator(`[data-testid=job][data-status=${status}]`);

async function start(): Promise<{ provider: Provider; api: Api; open: () => Promise<Page>; faults: string[] }> {
  const provider = await startProvider({ images: 'poster' });
  const api = await startApi(provider);
  const phone = await startPhone({ chromiumPath, url: api.url });
  return { provider, api, open: phone.open, faults: phone.faults };
}

const generate = (api: Api, prompt: string) => api.user().sdk.generate({ model: 'image-01', prompt });

describe.skipIf(chromiumPath === '')('the history page', () => {
  test('updates by itself, filters by status and deletes a job', async () => {
    const { provider, api, open, faults } = await start();
    await generate(api, '已经完成的');
    provider.script({ hold: true });
    await api.user().sdk.create({ model: 'image-01', prompt: '正在生成的' });
    await provider.held(1);

    const page = await open();
    await page.getByTestId('history').click();
    await row(page, 'PROCESSING').waitFor();
    await takeScreenshot(page, 'history-light-zh');
    expect(await findAxeViolations(page)).toEqual([]);
    provider.release();
    await expect.poll(() => row(page, 'COMPLETED').count(), TIMEOUT).toBe(2);

    await page.getByTestId('filter-running').click();
    await page.getByTestId('empty').waitFor();
    await page.getByTestId('filter-done').click();
    await expect.poll(() => rows(page).count(), TIMEOUT).toBe(2);

    await page.getByTestId('job-actions').first().click();
    await page.getByTestId('job-remove').click();
    await page.getByTestId('dialog-yes').click();
    await expect.poll(() => rows(page).count(), TIMEOUT).toBe(1);
    await expect.poll(async () => (await api.user().sdk.list()).jobs.length, TIMEOUT).toBe(1);
    expect(faults).toEqual([]);
  });

  test('shows a row again with the reason when it could not be deleted', async () => {
    const { api, open } = await start();
    await generate(api, '删不掉的');
    const page = await open();
    await page.route('**/trpc/image.delete**', (route) => route.abort());
    await page.getByTestId('history').click();
    await page.getByTestId('job-actions').click();
    await page.getByTestId('job-remove').click();
    await page.getByTestId('dialog-yes').click();
    await page.getByTestId('job-problem').waitFor();
    expect(await rows(page).count()).toBe(1);
  });

  test('loads older jobs until the last one', async () => {
    const { api, open, faults } = await start();
    for (let number = 1; number <= 22; number++) await generate(api, `第 ${number} 张`);
    const page = await open();
    await page.getByTestId('history').click();
    await expect.poll(() => rows(page).count(), TIMEOUT).toBe(20);
    await page.getByTestId('more').scrollIntoViewIfNeeded();
    await expect.poll(() => rows(page).count(), TIMEOUT).toBe(22);
    await page.getByTestId('end').waitFor();
    expect(faults).toEqual([]);
  });

  test('reloads by itself when the network is back', async () => {
    const { api, open } = await start();
    const page = await open();
    const loaded = 'performance.getEntriesByType("resource").map(({ name }) => name).join()';
    await expect.poll(() => page.evaluate(loaded), TIMEOUT).toContain('pages-history-history');
    await page.context().setOffline(true);
    await page.getByTestId('history').click();
    await page.getByTestId('offline').waitFor();
    await page.locator('[data-testid=failure][data-code=network]').waitFor();
    await generate(api, '断网时完成的');
    await page.context().setOffline(false);
    await row(page, 'COMPLETED').waitFor();
  });
});

describe.skipIf(chromiumPath === '')('the home page after a job has ended elsewhere', () => {
  test('shows a finished job as news until it is opened', async () => {
    const { provider, open, faults } = await start();
    provider.script({ hold: true });
    const page = await open();
    await page.getByTestId('prompt').locator('textarea').fill('先离开一会儿');
    await page.getByTestId('submit').click();
    await page.locator('[data-stage=generating]').waitFor();
    await page.getByTestId('back').click();
    await page.getByText('有一项任务正在进行').waitFor();
    expect(await page.getByTestId('news').count()).toBe(0);

    provider.release();
    await page.getByText('图片已经生成').waitFor();
    await page.getByTestId('news').waitFor();
    await takeScreenshot(page, 'index-news-light-zh');
    await page.getByTestId('resume').click();
    await page.waitForURL(/generation-result/);
    await page.getByTestId('result-image').waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    await page.getByTestId('back').click();
    await page.getByTestId('submit').waitFor();
    await expect.poll(() => page.getByTestId('news').count(), TIMEOUT).toBe(0);
    expect(await page.getByTestId('resume').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test('shows finished and running jobs side by side, so that neither of two jobs is forgotten', async () => {
    const { provider, api, open, faults } = await start();
    const page = await open();
    const banner = (text: string) => page.getByTestId('resume').filter({ hasText: text });
    const submit = async (prompt: string) => {
      await page.getByTestId('prompt').locator('textarea').fill(prompt);
      await page.getByTestId('submit').click();
      await page.locator('[data-stage=generating]').waitFor();
      await page.getByTestId('leave').click();
    };
    provider.script({ prompt: '先下的单', hold: true }, { prompt: '后下的单', hold: true });
    await submit('先下的单');
    await banner('有一项任务正在进行').waitFor();
    await submit('后下的单');
    await banner('有 2 项任务正在进行').click();
    await page.locator('[data-testid=filter-running][aria-checked=true]').waitFor();
    await expect.poll(() => rows(page).count(), TIMEOUT).toBe(2);
    await page.getByTestId('back').click();

    const { sdk } = api.user();
    const [later] = (await sdk.list()).jobs;
    await sdk.cancel(later?.job_id ?? '');
    await banner('有一项任务没有完成').waitFor();
    await banner('有一项任务正在进行').waitFor();
    await takeScreenshot(page, 'index-both-light-zh');
    expect(await findAxeViolations(page)).toEqual([]);
    await banner('有一项任务没有完成').click();
    await page.locator('[data-testid=failure][data-code=canceled]').waitFor();
    await page.getByTestId('back').click();
    await banner('有一项任务正在进行').click();
    provider.release();
    await page.getByTestId('result-image').waitFor();
    await page.getByTestId('back').click();
    await page.getByTestId('submit').waitFor();
    await expect.poll(() => page.getByTestId('resume').count(), TIMEOUT).toBe(0);
    expect(faults).toEqual([]);
  });

  test('removes the banner of a job that was deleted meanwhile', async () => {
    const { provider, api, open } = await start();
    provider.script({ hold: true });
    const page = await open();
    await page.getByTestId('prompt').locator('textarea').fill('在别处删掉的');
    await page.getByTestId('submit').click();
    await page.locator('[data-stage=generating]').waitFor();
    await page.getByTestId('leave').click();
    await page.getByTestId('resume').waitFor();
    const { sdk } = api.user();
    for (const { job_id } of (await sdk.list()).jobs) await sdk.delete(job_id);
    await page.getByTestId('resume').waitFor({ state: 'detached' });
  });
});
