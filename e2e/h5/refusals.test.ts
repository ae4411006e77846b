import type { Settings } from '@darkroom/test-kit/api/api-environment';
import { type SharedApi, shareApi } from '@darkroom/test-kit/api/share-api';
import { startApi } from '@darkroom/test-kit/api/start-api';
import { findAxeViolations } from '@darkroom/test-kit/browser/axe-violations';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startPhone, takeScreenshot } from '@darkroom/test-kit/browser/phone';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import { describe, expect, test } from 'vitest';

const TIMEOUT = { timeout: 15_000 };

const SETTINGS = { GENERATION_CONCURRENCY: 1 };
const service = shareApi({ settings: SETTINGS });

/** Opens a phone whose user has one running job. */
async function start({ provider, api }: SharedApi = service()) {
  provider.script({ hold: true });
  const { token, sdk } = api.user();
  await sdk.create({ model: 'image-01', prompt: '先来的' });
  await provider.held(1);
  const phone = await startPhone({ url: api.url, token });
  const app = await phone.open();
  return { provider, sdk, app };
}

/** The same on a service with these settings, which make it refuse a second job. */
async function startRefusing(settings: Settings) {
  const provider = await startProvider();
  return start({ provider, api: await startApi(provider, { ...SETTINGS, ...settings }) });
}

/** The wait that the service asks for. */
const PAUSE_MS = 5_000;

/** The service's answer as sent. */
function queueFull(retryAfterMs: number) {
  const data = { httpStatus: 503, error_code: 'queue_full', retry_after_ms: retryAfterMs };
  const error = { message: '排队人数过多，请稍后再试', code: -32603, data };
  return { status: 503, contentType: 'application/json', body: JSON.stringify([{ error }]) };
}

const PROMPT = '后到的';

describe.skipIf(!hasChromium)('the page after a refused request', () => {
  test('waits as long as a full queue asks for, and resends when the user taps', async () => {
    const { provider, sdk, app } = await start();
    let sent = 0;
    await app.page.route('**/trpc/image.create**', (route) => {
      sent++;
      return route.fulfill(queueFull(PAUSE_MS));
    });
    await app.form.submit(PROMPT);
    await app.failure('queue_full').waitFor();
    expect(sent).toBe(1);
    const resend = app.progress.resendButton;
    expect(await resend.getAttribute('aria-disabled')).toBe('true');
    expect(await resend.textContent()).toMatch(/\d+ 秒后可以再试/);
    await takeScreenshot(app.page, 'queue-full-light-zh');
    expect(await findAxeViolations(app.page)).toEqual([]);

    await app.page.unroute('**/trpc/image.create**');
    await expect.poll(() => resend.getAttribute('aria-disabled'), TIMEOUT).toBe('false');
    expect((await sdk.list()).jobs).toHaveLength(1);
    await resend.click();
    await app.page.waitForURL(/job_id=/);
    expect((await sdk.list()).jobs).toHaveLength(2);
    provider.release();
  });

  test('keeps the request until it is sent or the user replaces it', async () => {
    const { provider, sdk, app } = await start();
    await app.page.route('**/trpc/image.create**', (route) => route.fulfill(queueFull(PAUSE_MS)));
    await app.form.submit(PROMPT);
    await app.failure('queue_full').waitFor();
    await app.page.getByTestId('home').click();
    await app.form.banner('上次的提交还没有完成').waitFor();
    await app.page.unroute('**/trpc/image.create**');

    // Both from the form, and by requesting an earlier job again.
    await app.form.submit('另一单');
    await app.dialog.with('换成新的之后').waitFor();
    await takeScreenshot(app.page, 'replace-kept-light-zh');
    expect(await findAxeViolations(app.page)).toEqual([]);
    await app.dialog.dismiss();
    await app.form.openHistory();
    await app.history.repeatFirst();
    await app.dialog.with('换成新的之后').waitFor();
    await app.dialog.dismiss();
    await app.goBack();
    expect((await sdk.list()).jobs).toHaveLength(1);

    await app.form.banner('上次的提交还没有完成').click();
    await app.page.waitForURL(/job_id=/);
    const [kept] = (await sdk.list()).jobs;
    expect(kept?.request.prompt).toBe(PROMPT);
    provider.release();
  });

  test('links to the running jobs when there are too many', async () => {
    const { app } = await startRefusing({ USER_ACTIVE_LIMIT: 1 });
    await app.form.submit(PROMPT);
    await app.failure('too_many_jobs').waitFor();
    await app.page.getByTestId('running').click();
    await app.history.selectedFilter('running').waitFor();
    await expect.poll(() => app.history.rows().count(), TIMEOUT).toBe(1);
  });

  test.each([
    ['quota_exceeded', { USER_DAILY_IMAGES: 1 }],
    ['rate_limited', { RATE_LIMIT_PER_MINUTE: 1 }],
  ] as const)('shows that %s cost nothing, and keeps the request', async (code, settings) => {
    const { app } = await startRefusing(settings);
    await app.form.submit(PROMPT);
    await app.failure(code).waitFor();
    expect(await app.progress.charge()).toContain('任务没有创建');
    await app.goBack();
    await expect.poll(() => app.form.promptCount(), TIMEOUT).toBe('3 / 1499');
  });

  test('disables the form without a network, and enables it when the network is back', async () => {
    const { app } = await start();
    await app.form.writePrompt(PROMPT);
    const button = app.form.submitButton;
    await expect.poll(() => button.getAttribute('aria-disabled'), TIMEOUT).toBe('false');
    await app.page.context().setOffline(true);
    await app.page.getByText('网络已断开，恢复后即可生成').waitFor();
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await app.page.context().setOffline(false);
    await expect.poll(() => button.getAttribute('aria-disabled'), TIMEOUT).toBe('false');
  });
});
