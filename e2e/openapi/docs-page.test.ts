import { startApi } from '@darkroom/test-kit/api/start-api';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startPhone, takeScreenshot } from '@darkroom/test-kit/browser/phone';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

/** Opens an operation, sends its first example and returns the status of the answer. */
async function tryCreate(page: Page): Promise<string | null> {
  const operation = page.locator('#operations-Jobs-createJob');
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('.execute').click();
  return operation.locator('.live-responses-table tbody .response-col_status').textContent();
}

async function enterToken(page: Page, token: string): Promise<void> {
  await page.locator('.auth-wrapper .authorize').click();
  const form = page.locator('.auth-container').filter({ hasText: 'bearer' }).first();
  await form.locator('input').fill(token);
  await form.locator('button.authorize').click();
  await page.locator('.close-modal').click();
}

describe.skipIf(!hasChromium)('the API docs page', () => {
  test('has a token in development, and creates a job', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const phone = await startPhone({ url: api.url });
    const { page } = await phone.open('/docs');
    await page.setViewportSize({ width: 1_000, height: 1_200 });
    await page.locator('.auth-wrapper .authorize.locked').waitFor();

    expect(await tryCreate(page)).toContain('202');
    await takeScreenshot(page, 'docs');

    await expect.poll(() => provider.prompts()).toEqual(['a lighthouse at dawn']);
    expect(phone.faults).toEqual([]);
  });

  test('accepts a token in production, and creates a job', async () => {
    const api = await startApi(await startProvider(), { NODE_ENV: 'production' });
    const phone = await startPhone({ url: api.url });
    const { page } = await phone.open('/docs');
    await enterToken(page, api.user('42').token);

    expect(await tryCreate(page)).toContain('202');

    expect((await api.user('42').sdk.list()).jobs).toHaveLength(1);
    expect(phone.faults).toEqual([]);
  });
});
