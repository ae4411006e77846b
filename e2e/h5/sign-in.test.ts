import { startApi } from '@darkroom/test-kit/api/start-api';
import { startPhone } from '@darkroom/test-kit/browser/phone';
import { signUserToken } from '@darkroom/test-kit/client/user';
import { ASTRONAUT } from '@darkroom/test-kit/process/checkout';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

const chromiumPath = findTool('chromium') ?? '';
const TIMEOUT = { timeout: 15_000 };

async function start() {
  const provider = await startProvider();
  const api = await startApi(provider);
  const phone = await startPhone({ chromiumPath, url: api.url });
  return { provider, api, page: await phone.open() };
}

async function order(page: Page, prompt: string): Promise<void> {
  await page.getByTestId('prompt').locator('textarea').fill(prompt);
  await page.getByTestId('submit').click();
}

/** Stores a token as the surrounding app does. */
const bringToken = (page: Page, token: string) =>
  page.evaluate(`localStorage.setItem('darkroom.token', ${JSON.stringify(JSON.stringify(token))})`);

describe.skipIf(chromiumPath === '')('the page after another user signed in on the device', () => {
  async function leaveThings() {
    const { provider, api, page } = await start();
    provider.script({ hold: true });
    const chooser = page.waitForEvent('filechooser');
    await page.getByTestId('photo-add').click();
    await page.getByTestId('consent-yes').click();
    await (await chooser).setFiles(ASTRONAUT);
    await page.locator('[data-testid=photo-picker][data-state=ready]').waitFor();
    await order(page, '前一个人的');
    await page.locator('[data-stage=generating]').waitFor();
    await page.getByTestId('leave').click();
    await page.getByTestId('resume').waitFor();
    await bringToken(page, api.user('2').token);
    return { api, page };
  }

  async function expectNothingLeft(page: Page): Promise<void> {
    await page.locator('[data-testid=photo-picker][data-state=empty]').waitFor();
    await expect.poll(() => page.getByTestId('prompt-count').textContent(), TIMEOUT).toBe('0 / 1499');
    expect(await page.getByTestId('resume').count()).toBe(0);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toMatch(/upload:|前一个人的/);
  }

  test('shows nothing of the previous user', async () => {
    const { page } = await leaveThings();
    await page.reload();
    await expectNothingLeft(page);
  });

  test('does not send the form of the previous user', async () => {
    const { api, page } = await leaveThings();
    await page.getByTestId('submit').click();
    await expectNothingLeft(page);
    expect((await api.user('2').sdk.list()).jobs).toEqual([]);
    expect((await api.user('1').sdk.list()).jobs).toHaveLength(1);
  });
});

test.skipIf(chromiumPath === '')(
  'shows an error for a token that is no longer accepted, and keeps its user',
  async () => {
    const { api, page } = await start();
    await bringToken(page, signUserToken({ user_id: '42' }, 'a secret that was changed since then'));
    await page.reload();
    await order(page, '第 42 位的');
    await page.locator('[data-testid=failure][data-code=unauthenticated]').waitFor();
    expect((await api.user('1').sdk.list()).jobs).toEqual([]);

    await bringToken(page, api.user('42').token);
    await page.getByTestId('resend').click();
    await page.waitForURL(/generation-result/);
    expect((await api.user('42').sdk.list()).jobs).toHaveLength(1);
  },
);
