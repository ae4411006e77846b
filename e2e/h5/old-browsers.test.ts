import { startApi } from '@darkroom/test-kit/api/start-api';
import { CHROMIUM_ARGS } from '@darkroom/test-kit/browser/chromium-args';
import { removeNewerBuiltIns } from '@darkroom/test-kit/browser/old-browser';
import { startPhone } from '@darkroom/test-kit/browser/phone';
import { ASTRONAUT } from '@darkroom/test-kit/process/checkout';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import type { Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { seedService } from '../accessibility/seed-service.ts';
import { listViews, USERS } from '../accessibility/views.ts';

const chromiumPath = findTool('chromium') ?? '';
const TIMEOUT_MS = 20_000;

/** Missing in every browser before iOS 15.4 and Chrome 92. The page would behave differently with any of them. */
const NEWER = ['[].at', 'Object.hasOwn', 'self.structuredClone', '"".replaceAll', '[].flatMap', 'Promise.allSettled'];

/** The test id of the focused element or its nearest ancestor. */
const focused = (page: Page) =>
  page.evaluate<string>(`document.activeElement.closest('[data-testid]')?.getAttribute('data-testid') ?? ''`);

describe.skipIf(chromiumPath === '')('a browser without built-ins newer than iOS 13 and Chrome 70', () => {
  test('opens every page and dialog in every state, and moves the focus by Tab', { timeout: 300_000 }, async () => {
    const service = await seedService();
    const browser = await chromium.launch({ executablePath: chromiumPath, args: CHROMIUM_ARGS });
    onTestFinished(() => browser.close());
    const faults: string[] = [];
    for (const user of USERS) {
      const localStorage = Object.entries(service[user]).map(([name, value]) => ({
        name,
        value: JSON.stringify(value),
      }));
      const device = await browser.newContext({
        reducedMotion: 'reduce',
        storageState: { cookies: [], origins: [{ origin: service.url, localStorage }] },
      });
      device.setDefaultTimeout(TIMEOUT_MS);
      await removeNewerBuiltIns(device);
      for (const view of listViews(service).filter((each) => each.user === user)) {
        const page = await device.newPage();
        page.on('pageerror', (error) => faults.push(`${view.name}: ${error.stack}`));
        page.on('console', (message) => message.type() === 'error' && faults.push(`${view.name}: ${message.text()}`));
        await page.goto(`${service.url}/#${view.path}`);
        await view.act?.(page);
        await page.locator(view.landmark).first().waitFor();
        expect(await page.evaluate(`[${NEWER}].filter((each) => each !== undefined).length`), view.name).toBe(0);
        const stops: string[] = [];
        for (const key of ['Tab', 'Tab', 'Shift+Tab']) {
          await page.keyboard.press(key);
          stops.push(await focused(page));
        }
        if (!stops.every((stop) => stop !== '')) faults.push(`${view.name}: Tab stops at nothing: ${stops}`);
        await page.close();
      }
      await device.close();
    }
    expect(faults).toEqual([]);
  });

  test('uploads a photo, creates and follows a job, and shows, crops and saves images', async () => {
    const provider = await startProvider();
    const api = await startApi(provider);
    const phone = await startPhone({ chromiumPath, url: api.url, isOld: true });
    const page = await phone.open();

    const chooser = page.waitForEvent('filechooser');
    await page.getByTestId('photo-add').click();
    await page.getByTestId('consent-yes').click();
    await (await chooser).setFiles(ASTRONAUT);
    await page.locator('[data-testid=photo-picker][data-state=ready]').waitFor();
    await page.getByTestId('photo-crop').click();
    await page.getByTestId('crop-zoom-in').click();
    await page.getByTestId('crop-done').click();
    await page.getByTestId('crop').waitFor({ state: 'detached' });
    await page.locator('[data-testid=photo-picker][data-state=ready]').waitFor();
    await page.getByTestId('prompt').locator('textarea').fill('旧手机上的照片');
    await page.getByTestId('submit').click();

    await page.getByTestId('result-image').first().waitFor();
    await page.getByTestId('result-image').first().click();
    await page.getByTestId('viewer').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toMatch(/^viewer/);
    await page.keyboard.press('Escape');
    const download = page.waitForEvent('download');
    await page.getByTestId('save').first().click();
    expect(await (await download).failure()).toBeNull();
    expect(provider.calls()).toHaveLength(1);
    expect(phone.faults).toEqual([]);
  });

  test('follows the dark theme of the system', async () => {
    const phone = await startPhone({ chromiumPath, url: (await startApi(await startProvider())).url, isOld: true });
    const page = await phone.open();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html.theme-dark').waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    await page.locator('html.theme-light').waitFor();
    expect(phone.faults).toEqual([]);
  });
});
