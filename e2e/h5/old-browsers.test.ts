import { shareApi } from '@darkroom/test-kit/api/share-api';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { removeNewerBuiltIns } from '@darkroom/test-kit/browser/old-browser';
import { startPhone } from '@darkroom/test-kit/browser/phone';
import { startChromium } from '@darkroom/test-kit/browser/start-chromium';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openView, replaceStorage } from '../accessibility/open-view.ts';
import { seedService } from '../accessibility/seed-service.ts';
import { listViews, USERS } from '../accessibility/views.ts';

const TIMEOUT_MS = 20_000;

/** Missing in every browser before iOS 15.4 and Chrome 92. The page would behave differently with any of them. */
const NEWER = ['[].at', 'Object.hasOwn', 'self.structuredClone', '"".replaceAll', '[].flatMap', 'Promise.allSettled'];

/** The test id of the focused element or its nearest ancestor. */
const focused = (page: Page) =>
  page.evaluate<string>(`document.activeElement.closest('[data-testid]')?.getAttribute('data-testid') ?? ''`);

const service = shareApi();

describe.skipIf(!hasChromium)('a browser without built-ins newer than iOS 13 and Chrome 70', () => {
  test('opens every page and dialog in every state, and moves the focus by Tab', { timeout: 300_000 }, async () => {
    const seeded = await seedService();
    const browser = await startChromium();
    const faults: string[] = [];
    const device = await browser.newContext({ reducedMotion: 'reduce' });
    device.setDefaultTimeout(TIMEOUT_MS);
    await removeNewerBuiltIns(device);
    const page = await device.newPage();
    let name = '';
    page.on('pageerror', (error) => faults.push(`${name}: ${error.stack}`));
    page.on('console', (message) => message.type() === 'error' && faults.push(`${name}: ${message.text()}`));
    for (const user of USERS) {
      await replaceStorage(page, seeded.url, seeded[user]);
      for (const view of listViews(seeded).filter((each) => each.user === user)) {
        name = view.name;
        await openView(page, view);
        expect(await page.evaluate(`[${NEWER}].filter((each) => each !== undefined).length`), name).toBe(0);
        const stops: string[] = [];
        for (const key of ['Tab', 'Tab', 'Shift+Tab']) {
          await page.keyboard.press(key);
          stops.push(await focused(page));
        }
        if (!stops.every((stop) => stop !== '')) faults.push(`${name}: Tab stops at nothing: ${stops}`);
      }
    }
    expect(faults).toEqual([]);
  });

  test('uploads a photo, creates and follows a job, and shows, crops and saves images', async () => {
    const { provider, api } = service();
    const phone = await startPhone({ url: api.url, token: api.user().token, isOld: true });
    const app = await phone.open();

    await app.form.addPhoto();
    await app.form.cropPhoto();
    await app.form.submit('旧手机上的照片');

    await app.result.images.first().waitFor();
    await app.result.openViewer();
    await app.result.viewer().waitFor();
    await app.page.keyboard.press('Tab');
    expect(await focused(app.page)).toMatch(/^viewer/);
    await app.page.keyboard.press('Escape');
    expect(await (await app.result.save()).failure()).toBeNull();
    expect(provider.calls()).toHaveLength(1);
    expect(phone.faults).toEqual([]);
  });

  test('follows the dark theme of the system', async () => {
    const phone = await startPhone({ url: service().api.url, isOld: true });
    const app = await phone.open();
    await app.page.emulateMedia({ colorScheme: 'dark' });
    await app.page.locator('html.theme-dark').waitFor();
    await app.page.emulateMedia({ colorScheme: 'light' });
    await app.page.locator('html.theme-light').waitFor();
    expect(phone.faults).toEqual([]);
  });
});
