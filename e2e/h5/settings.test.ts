import { startApi } from '@darkroom/test-kit/api/start-api';
import { findAxeViolations } from '@darkroom/test-kit/browser/axe-violations';
import { type Phone, startPhone, takeScreenshot } from '@darkroom/test-kit/browser/phone';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

const chromiumPath = findTool('chromium') ?? '';

async function openPhone(): Promise<Phone> {
  const api = await startApi(await startProvider());
  return startPhone({ chromiumPath, url: api.url });
}

const ground = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');
const LIGHT = 'rgb(244, 239, 231)';
const DARK = 'rgb(17, 14, 13)';

describe.skipIf(chromiumPath === '')('the settings page', () => {
  test('keeps language and theme, and applies them before the first paint', async () => {
    const phone = await openPhone();
    const page = await phone.open();
    await page.getByTestId('settings').click();
    await page.getByTestId('language-en').click();
    await page.getByTestId('theme-dark').click();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await ground(page)).toBe(DARK);
    await takeScreenshot(page, 'settings-dark-en');
    expect(await findAxeViolations(page)).toEqual([]);

    const later = await phone.open();
    await later.getByText('Make 1 picture').waitFor();
    expect(await ground(later)).toBe(DARK);

    // The app's script is blocked, so only the script in the page's head takes effect.
    await later.route('**/assets/*.js', (route) => route.abort());
    await later.reload();
    expect(await ground(later)).toBe(DARK);
  });

  test('follows the system theme until one is chosen, and again after the choice is reset', async () => {
    const phone = await openPhone();
    const page = await phone.open();
    expect(await ground(page)).toBe(LIGHT);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => ground(page)).toBe(DARK);
    await page.getByTestId('settings').click();
    await page.getByTestId('theme-light').click();
    expect(await ground(page)).toBe(LIGHT);
    await page.getByTestId('theme-system').click();
    expect(await ground(page)).toBe(DARK);
    expect(phone.faults).toEqual([]);
  });

  test('is operated by keyboard with one tab stop per group and arrow keys within it', async () => {
    const phone = await openPhone();
    const page = await phone.open();
    await page.getByTestId('settings').press('Enter');
    await page.getByTestId('language-system').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('[data-testid=language-zh]:focus[aria-checked=true]').waitFor();
    await page.keyboard.press('Tab');
    await page.locator('[data-testid=theme-system]:focus').waitFor();
    expect(phone.faults).toEqual([]);
  });

  test('explains what happens to a photo, and hides the token of a developer', async () => {
    const phone = await openPhone();
    const page = await phone.open();
    await page.getByTestId('settings').click();
    await page.getByTestId('version').waitFor();
    expect(await page.getByTestId('token-owner').count()).toBe(0);
    await page.getByTestId('privacy').click();
    await page.getByText('保留多久').waitFor();
    await takeScreenshot(page, 'privacy-light-zh');
    expect(await findAxeViolations(page)).toEqual([]);
    expect(phone.faults).toEqual([]);
  });
});
