import type { ImageClient } from '@darkroom/sdk';
import { shareApi } from '@darkroom/test-kit/api/share-api';
import { findAxeViolations } from '@darkroom/test-kit/browser/axe-violations';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startPhone, takeScreenshot } from '@darkroom/test-kit/browser/phone';
import type { ClientPages } from '@darkroom/test-kit/pages/client-pages';
import type { Provider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';

const TIMEOUT = { timeout: 15_000 };

const service = shareApi({ settings: { USER_ACTIVE_LIMIT: 100 }, simulator: { scale: 0.25 } });

interface Opened {
  provider: Provider;
  /** The page's user. */
  sdk: ImageClient;
  open: () => Promise<ClientPages>;
  faults: string[];
}

/** Starts the phone of a user who has no job yet. */
async function start(): Promise<Opened> {
  const { provider, api } = service();
  const { token, sdk } = api.user();
  const phone = await startPhone({ url: api.url, token });
  return { provider, sdk, open: phone.open, faults: phone.faults };
}

const request = (prompt: string) => ({ model: 'image-01', prompt }) as const;

describe.skipIf(!hasChromium)('the history page', () => {
  test('updates by itself, filters by status and deletes a job', async () => {
    const { provider, sdk, open, faults } = await start();
    await sdk.generate(request('已经完成的'));
    provider.script({ hold: true });
    await sdk.create(request('正在生成的'));
    await provider.held(1);

    const app = await open();
    await app.form.openHistory();
    await app.history.rows('PROCESSING').waitFor();
    await takeScreenshot(app.page, 'history-light-zh');
    provider.release();
    await expect.poll(() => app.history.rows('COMPLETED').count(), TIMEOUT).toBe(2);

    await app.history.filter('running');
    await app.page.getByTestId('empty').waitFor();
    await app.history.filter('done');
    await expect.poll(() => app.history.rows().count(), TIMEOUT).toBe(2);

    await app.history.deleteFirst();
    await expect.poll(() => app.history.rows().count(), TIMEOUT).toBe(1);
    await expect.poll(async () => (await sdk.list()).jobs.length, TIMEOUT).toBe(1);
    expect(faults).toEqual([]);
  });

  test('shows a row again with the reason when it could not be deleted', async () => {
    const { sdk, open } = await start();
    await sdk.generate(request('删不掉的'));
    const app = await open();
    await app.page.route('**/trpc/image.delete**', (route) => route.abort());
    await app.form.openHistory();
    await app.history.deleteFirst();
    await app.page.getByTestId('job-problem').waitFor();
    expect(await app.history.rows().count()).toBe(1);
  });

  test('loads older jobs until the last one', async () => {
    const { sdk, open, faults } = await start();
    await Promise.all(Array.from({ length: 22 }, (_, index) => sdk.generate(request(`第 ${index + 1} 张`))));
    const app = await open();
    await app.form.openHistory();
    await expect.poll(() => app.history.rows().count(), TIMEOUT).toBe(20);
    await app.page.getByTestId('more').scrollIntoViewIfNeeded();
    await expect.poll(() => app.history.rows().count(), TIMEOUT).toBe(22);
    await app.page.getByTestId('end').waitFor();
    expect(faults).toEqual([]);
  });

  test('reloads by itself when the network is back', async () => {
    const { sdk, open } = await start();
    const app = await open();
    const loaded = 'performance.getEntriesByType("resource").map(({ name }) => name).join()';
    await expect.poll(() => app.page.evaluate(loaded), TIMEOUT).toContain('pages-history-history');
    await app.page.context().setOffline(true);
    await app.form.openHistory();
    await app.page.getByTestId('offline').waitFor();
    await app.failure('network').waitFor();
    await sdk.generate(request('断网时完成的'));
    await app.page.context().setOffline(false);
    await app.history.rows('COMPLETED').waitFor();
  });
});

describe.skipIf(!hasChromium)('the home page after a job has ended elsewhere', () => {
  test('shows a finished job as news until it is opened', async () => {
    const { provider, open, faults } = await start();
    provider.script({ hold: true });
    const app = await open();
    await app.form.submit('先离开一会儿');
    await app.progress.stage('generating').waitFor();
    await app.goBack();
    await app.page.getByText('有一项任务正在进行').waitFor();
    expect(await app.page.getByTestId('news').count()).toBe(0);

    provider.release();
    await app.page.getByText('图片已经生成').waitFor();
    await app.page.getByTestId('news').waitFor();
    await takeScreenshot(app.page, 'index-news-light-zh');
    await app.form.banner().click();
    await app.result.waitUntilOpen();
    await app.result.images.waitFor();
    await app.goBack();
    await app.form.submitButton.waitFor();
    await expect.poll(() => app.page.getByTestId('news').count(), TIMEOUT).toBe(0);
    expect(await app.form.banner().count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test('shows finished and running jobs side by side, so that neither of two jobs is forgotten', async () => {
    const { provider, sdk, open, faults } = await start();
    const app = await open();
    const banner = (text: string) => app.form.banner(text);
    const submit = async (prompt: string) => {
      await app.form.submit(prompt);
      await app.progress.stage('generating').waitFor();
      await app.progress.leave();
    };
    provider.script({ prompt: '先下的单', hold: true }, { prompt: '后下的单', hold: true });
    await submit('先下的单');
    await banner('有一项任务正在进行').waitFor();
    await submit('后下的单');
    await banner('有 2 项任务正在进行').click();
    await app.history.selectedFilter('running').waitFor();
    await expect.poll(() => app.history.rows().count(), TIMEOUT).toBe(2);
    await app.goBack();

    const [later] = (await sdk.list()).jobs;
    await sdk.cancel(later?.job_id ?? '');
    await banner('有一项任务没有完成').waitFor();
    await banner('有一项任务正在进行').waitFor();
    await takeScreenshot(app.page, 'index-both-light-zh');
    expect(await findAxeViolations(app.page)).toEqual([]);
    await banner('有一项任务没有完成').click();
    await app.failure('canceled').waitFor();
    await app.goBack();
    await banner('有一项任务正在进行').click();
    provider.release();
    await app.result.images.waitFor();
    await app.goBack();
    await app.form.submitButton.waitFor();
    await expect.poll(() => app.form.banner().count(), TIMEOUT).toBe(0);
    expect(faults).toEqual([]);
  });

  test('removes the banner of a job that was deleted meanwhile', async () => {
    const { provider, sdk, open } = await start();
    provider.script({ hold: true });
    const app = await open();
    await app.form.submit('在别处删掉的');
    await app.progress.stage('generating').waitFor();
    await app.progress.leave();
    await app.form.banner().waitFor();
    for (const { job_id } of (await sdk.list()).jobs) await sdk.delete(job_id);
    await app.form.banner().waitFor({ state: 'detached' });
  });
});
