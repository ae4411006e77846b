import { findAxeViolations } from '@darkroom/test-kit/browser/axe-violations';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startChromium } from '@darkroom/test-kit/browser/start-chromium';
import { storageState } from '@darkroom/test-kit/browser/storage-state';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findSmallTargets } from './find-small-targets.ts';
import { type SeededService, type Storage, seedService } from './seed-service.ts';
import { listViews, type SeededUser, USERS, type View } from './views.ts';

const TIMEOUT = { timeout: 20_000 };
const SCREENSHOTS = `${CHECKOUT}test-output/pages`;

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const DESKTOP = { viewport: { width: 1280, height: 800 } };

interface Appearance {
  name: string;
  screen: BrowserContextOptions;
  settings: Storage;
}

const appearance = (size: string, screen: BrowserContextOptions, theme: string, language: string): Appearance => ({
  name: `${size}-${theme}-${language}`,
  screen,
  settings: { 'darkroom.theme': theme, 'darkroom.language': language },
});

const APPEARANCES = [
  appearance('phone', PHONE, 'light', 'zh'),
  appearance('phone', PHONE, 'dark', 'en'),
  appearance('desktop', DESKTOP, 'light', 'zh'),
];

test.skipIf(!hasChromium)(
  'has no accessibility barrier on any page in any state, language or theme, and keeps a screenshot of each',
  { timeout: 400_000 },
  async () => {
    const service = await seedService();
    const browser = await startChromium();

    const views = listViews(service);
    const problems: string[] = [];
    for (const appearance of APPEARANCES) {
      for (const user of USERS) {
        const device = await startDevice(browser, service, appearance, user);
        for (const view of views.filter((each) => each.user === user)) {
          const page = await open(device, service, view);
          const found = [
            ...(await findAxeViolations(page)),
            ...(appearance.screen === PHONE ? await findSmallTargets(page) : []),
          ];
          problems.push(...found.map((problem) => `${appearance.name}, ${view.name}: ${problem}`));
          await page.screenshot({ path: `${SCREENSHOTS}/${appearance.name}/${view.name}.png`, animations: 'disabled' });
          await page.close();
        }
        await device.close();
      }
    }
    expect(problems).toEqual([]);
  },
);

/** Starts a browser with the user's stored token, form and settings. */
async function startDevice(
  browser: Browser,
  service: SeededService,
  appearance: Appearance,
  user: SeededUser,
): Promise<BrowserContext> {
  const device = await browser.newContext({
    ...appearance.screen,
    reducedMotion: 'reduce',
    storageState: storageState(service.url, { ...service[user], ...appearance.settings }),
  });
  device.setDefaultTimeout(TIMEOUT.timeout);
  return device;
}

/** Opens the view in a new tab and waits until it is at rest. */
async function open(device: BrowserContext, service: SeededService, view: View): Promise<Page> {
  const page = await device.newPage();
  await page.goto(`${service.url}/#${view.path}`);
  await view.act?.(page);
  await page.locator(view.landmark).first().waitFor();
  await expect.poll(() => page.evaluate('[...document.images].every((image) => image.complete)'), TIMEOUT).toBe(true);
  return page;
}
