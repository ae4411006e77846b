import type { Settings } from '@darkroom/test-kit/api/api-environment';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { findAxeViolations } from '@darkroom/test-kit/browser/axe-violations';
import { startPhone, takeScreenshot } from '@darkroom/test-kit/browser/phone';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

const chromiumPath = findTool('chromium') ?? '';
const TIMEOUT = { timeout: 15_000 };

/** Opens a phone on a service with one running job; `settings` make it refuse a second one. */
async function start(settings: Settings) {
  const provider = await startProvider();
  provider.script({ hold: true });
  const api = await startApi(provider, { GENERATION_CONCURRENCY: 1, ...settings });
  await api.user().sdk.create({ model: 'image-01', prompt: '先来的' });
  await provider.held(1);
  const phone = await startPhone({ chromiumPath, url: api.url });
  const page = await phone.open();
  return { provider, api, page };
}

/** The wait that the service asks for. */
const PAUSE_MS = 5_000;

/** The service's answer as sent. */
function queueFull(retryAfterMs: number) {
  const data = { httpStatus: 503, error_code: 'queue_full', retry_after_ms: retryAfterMs };
  const error = { message: '排队人数过多，请稍后再试', code: -32603, data };
  return { status: 503, contentType: 'application/json', body: JSON.stringify([{ error }]) };
}

async function submit(page: Page): Promise<void> {
  await page.getByTestId('prompt').locator('textarea').fill('后到的');
  await page.getByTestId('submit').click();
}

const failure = (page: Page, code: string) => page.locator(`[data-testid=failure][data-code=${code}]`);

describe.skipIf(chromiumPath === '')('the page after a refused request', () => {
  test('waits as long as a full queue asks for, and resends when the user taps', async () => {
    const { provider, api, page } = await start({});
    let sent = 0;
    await page.route('**/trpc/image.create**', (route) => {
      sent++;
      return route.fulfill(queueFull(PAUSE_MS));
    });
    await submit(page);
    await failure(page, 'queue_full').waitFor();
    expect(sent).toBe(1);
    const resend = page.getByTestId('resend');
    expect(await resend.getAttribute('aria-disabled')).toBe('true');
    expect(await resend.textContent()).toMatch(/\d+ 秒后可以再试/);
    await takeScreenshot(page, 'queue-full-light-zh');
    expect(await findAxeViolations(page)).toEqual([]);

    await page.unroute('**/trpc/image.create**');
    await expect.poll(() => resend.getAttribute('aria-disabled'), TIMEOUT).toBe('false');
    expect((await api.user().sdk.list()).jobs).toHaveLength(1);
    await resend.click();
    await page.waitForURL(/job_id=/);
    expect((await api.user().sdk.list()).jobs).toHaveLength(2);
    provider.release();
  });

  test('keeps the request until it is sent or the user replaces it', async () => {
    const { provider, api, page } = await start({});
    await page.route('**/trpc/image.create**', (route) => route.fulfill(queueFull(PAUSE_MS)));
    await submit(page);
    await failure(page, 'queue_full').waitFor();
    await page.getByTestId('home').click();
    await page.getByTestId('resume').getByText('上次的提交还没有完成').waitFor();
    await page.unroute('**/trpc/image.create**');

    // Both from the form, and by requesting an earlier job again.
    await page.getByTestId('prompt').locator('textarea').fill('另一单');
    await page.getByTestId('submit').click();
    await page.getByTestId('dialog').getByText('换成新的之后').waitFor();
    await takeScreenshot(page, 'replace-kept-light-zh');
    expect(await findAxeViolations(page)).toEqual([]);
    await page.getByTestId('dialog-no').click();
    await page.getByTestId('history').click();
    await page.getByTestId('job-actions').click();
    await page.getByTestId('job-again').click();
    await page.getByTestId('dialog').getByText('换成新的之后').waitFor();
    await page.getByTestId('dialog-no').click();
    await page.getByTestId('back').click();
    expect((await api.user().sdk.list()).jobs).toHaveLength(1);

    await page.getByTestId('resume').getByText('上次的提交还没有完成').click();
    await page.waitForURL(/job_id=/);
    const [kept] = (await api.user().sdk.list()).jobs;
    expect(kept?.request.prompt).toBe('后到的');
    provider.release();
  });

  test('links to the running jobs when there are too many', async () => {
    const { page } = await start({ USER_ACTIVE_LIMIT: 1 });
    await submit(page);
    await failure(page, 'too_many_jobs').waitFor();
    await page.getByTestId('running').click();
    await page.locator('[data-testid=filter-running][aria-checked=true]').waitFor();
    await expect.poll(() => page.getByTestId('job').count(), TIMEOUT).toBe(1);
  });

  test.each([
    ['quota_exceeded', { USER_DAILY_IMAGES: 1 }],
    ['rate_limited', { RATE_LIMIT_PER_MINUTE: 1 }],
  ] as const)('shows that %s cost nothing, and keeps the request', async (code, settings) => {
    const { page } = await start(settings);
    await submit(page);
    await failure(page, code).waitFor();
    expect(await page.getByTestId('charge').textContent()).toContain('任务没有创建');
    await page.getByTestId('back').click();
    await expect.poll(() => page.getByTestId('prompt-count').textContent(), TIMEOUT).toBe('3 / 1499');
  });

  test('disables the form without a network, and enables it when the network is back', async () => {
    const { page } = await start({});
    await page.getByTestId('prompt').locator('textarea').fill('后到的');
    const button = page.getByTestId('submit');
    await expect.poll(() => button.getAttribute('aria-disabled'), TIMEOUT).toBe('false');
    await page.context().setOffline(true);
    await page.getByText('网络已断开，恢复后即可生成').waitFor();
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await page.context().setOffline(false);
    await expect.poll(() => button.getAttribute('aria-disabled'), TIMEOUT).toBe('false');
  });
});
