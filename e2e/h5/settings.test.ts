import { shareApi } from '@darkroom/test-kit/api/share-api';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { type Phone, startPhone, takeScreenshot } from '@darkroom/test-kit/browser/phone';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';

const service = shareApi();
const openPhone = (): Promise<Phone> => startPhone({ url: service().api.url });

const background = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');
const LIGHT = 'rgb(244, 239, 231)';
const DARK = 'rgb(17, 14, 13)';

describe.skipIf(!hasChromium)('the settings page', () => {
  test('keeps language and theme, and applies them before the first paint', async () => {
    const phone = await openPhone();
    const app = await phone.open();
    await app.form.openSettings();
    await app.page.getByTestId('language-en').click();
    await app.page.getByTestId('theme-dark').click();
    expect(await app.page.locator('html').getAttribute('lang')).toBe('en');
    expect(await background(app.page)).toBe(DARK);
    await takeScreenshot(app.page, 'settings-dark-en');

    const later = await phone.open();
    await later.page.getByText('Make 1 image').waitFor();
    expect(await background(later.page)).toBe(DARK);

    // The app's script is blocked, so only the script in the page's head takes effect.
    await later.page.route('**/assets/*.js', (route) => route.abort());
    await later.page.reload();
    expect(await background(later.page)).toBe(DARK);
  });

  test('follows the system theme until one is chosen, and again after the choice is reset', async () => {
    const phone = await openPhone();
    const app = await phone.open();
    expect(await background(app.page)).toBe(LIGHT);
    await app.page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => background(app.page)).toBe(DARK);
    await app.form.openSettings();
    await app.page.getByTestId('theme-light').click();
    expect(await background(app.page)).toBe(LIGHT);
    await app.page.getByTestId('theme-system').click();
    expect(await background(app.page)).toBe(DARK);
    expect(phone.faults).toEqual([]);
  });

  test('is operated by keyboard with one tab stop per group and arrow keys within it', async () => {
    const phone = await openPhone();
    const app = await phone.open();
    await app.page.getByTestId('settings').press('Enter');
    await app.page.getByTestId('language-system').focus();
    await app.page.keyboard.press('ArrowRight');
    await app.page.locator('[data-testid=language-zh]:focus[aria-checked=true]').waitFor();
    await app.page.keyboard.press('Tab');
    await app.page.locator('[data-testid=theme-system]:focus').waitFor();
    expect(phone.faults).toEqual([]);
  });

  test('explains what happens to a photo, and hides the token of a developer', async () => {
    const phone = await openPhone();
    const app = await phone.open();
    await app.form.openSettings();
    await app.page.getByTestId('version').waitFor();
    expect(await app.page.getByTestId('token-owner').count()).toBe(0);
    await app.page.getByTestId('privacy').click();
    await app.page.getByText('保留多久').waitFor();
    await takeScreenshot(app.page, 'privacy-light-zh');
    expect(phone.faults).toEqual([]);
  });
});
