import { findBarriers } from '@darkroom/test-kit/browser/axe-violations';
import { CHROMIUM_ARGS } from '@darkroom/test-kit/browser/chromium-args';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { findTool } from '@darkroom/test-kit/process/system-tools';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { findSmallTargets } from './find-small-targets.ts';
import { type Storage, stockWorld, type World } from './seed-service.ts';
import { listViews, PERSONS, type Person, type View } from './views.ts';

const chromiumPath = findTool('chromium') ?? '';
const PATIENCE = { timeout: 20_000 };
const SCREENSHOTS = `${CHECKOUT}test-output/pages`;

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const DESKTOP = { viewport: { width: 1280, height: 800 } };

interface Look {
  name: string;
  screen: BrowserContextOptions;
  settings: Storage;
}

const look = (size: string, screen: BrowserContextOptions, theme: string, language: string): Look => ({
  name: `${size}-${theme}-${language}`,
  screen,
  settings: { 'darkroom.theme': theme, 'darkroom.language': language },
});

const LOOKS = [
  look('phone', PHONE, 'light', 'zh'),
  look('phone', PHONE, 'dark', 'en'),
  look('desktop', DESKTOP, 'light', 'zh'),
];

test.skipIf(chromiumPath === '')(
  'has no accessibility barrier on any page in any state, language or theme, and keeps a screenshot of each',
  { timeout: 400_000 },
  async () => {
    const world = await stockWorld();
    const browser = await chromium.launch({ executablePath: chromiumPath, args: CHROMIUM_ARGS });
    onTestFinished(() => browser.close());

    const views = listViews(world);
    const problems: string[] = [];
    for (const look of LOOKS) {
      for (const person of PERSONS) {
        const device = await startDevice(browser, world, look, person);
        for (const view of views.filter((each) => each.person === person)) {
          const page = await open(device, world, view);
          const found = [...(await findBarriers(page)), ...(look.screen === PHONE ? await findSmallTargets(page) : [])];
          problems.push(...found.map((problem) => `${look.name}, ${view.name}: ${problem}`));
          await page.screenshot({ path: `${SCREENSHOTS}/${look.name}/${view.name}.png`, animations: 'disabled' });
          await page.close();
        }
        await device.close();
      }
    }
    expect(problems).toEqual([]);
  },
);

/** Starts a browser with the user's stored token, form and settings. */
async function startDevice(browser: Browser, world: World, look: Look, person: Person): Promise<BrowserContext> {
  const localStorage = Object.entries({ ...world[person], ...look.settings }).map(([name, value]) => ({
    name,
    value: JSON.stringify(value),
  }));
  const device = await browser.newContext({
    ...look.screen,
    reducedMotion: 'reduce',
    storageState: { cookies: [], origins: [{ origin: world.url, localStorage }] },
  });
  device.setDefaultTimeout(PATIENCE.timeout);
  return device;
}

/** Opens the view in a new tab and waits until it is at rest. */
async function open(device: BrowserContext, world: World, view: View): Promise<Page> {
  const page = await device.newPage();
  await page.goto(`${world.url}/#${view.path}`);
  await view.act?.(page);
  await page.locator(view.landmark).first().waitFor();
  await expect.poll(() => page.evaluate('[...document.images].every((image) => image.complete)'), PATIENCE).toBe(true);
  return page;
}
