import { findAxeViolations } from '@darkroom/test-kit/browser/axe-violations';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startChromium } from '@darkroom/test-kit/browser/start-chromium';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import type { BrowserContextOptions } from 'playwright-core';
import { expect, test } from 'vitest';
import { findSmallTargets } from './find-small-targets.ts';
import { openView, replaceStorage } from './open-view.ts';
import { type Storage, seedService } from './seed-service.ts';
import { listViews, USERS } from './views.ts';

const TIMEOUT = { timeout: 20_000 };
const SCREENSHOTS = `${CHECKOUT}test-output/pages`;

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const DESKTOP = { viewport: { width: 1280, height: 800 } };

const ALL_IMAGES_LOADED = '[...document.images].every((image) => image.complete)';

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
      const device = await browser.newContext({ ...appearance.screen, reducedMotion: 'reduce' });
      device.setDefaultTimeout(TIMEOUT.timeout);
      const page = await device.newPage();
      for (const user of USERS) {
        await replaceStorage(page, service.url, { ...service[user], ...appearance.settings });
        for (const view of views.filter((each) => each.user === user)) {
          await openView(page, view);
          await expect.poll(() => page.evaluate(ALL_IMAGES_LOADED), TIMEOUT).toBe(true);
          const found = [
            ...(await findAxeViolations(page)),
            ...(appearance.screen === PHONE ? await findSmallTargets(page) : []),
          ];
          problems.push(...found.map((problem) => `${appearance.name}, ${view.name}: ${problem}`));
          await page.screenshot({ path: `${SCREENSHOTS}/${appearance.name}/${view.name}.png`, animations: 'disabled' });
        }
      }
      await device.close();
    }
    expect(problems).toEqual([]);
  },
);
