import { ASTRONAUT } from '@darkroom/test-kit/process/checkout';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** PNG screenshots of the three pages, in the order of use. */
export type Screenshots = [create: Buffer, progress: Buffer, result: Buffer];

export interface Appearance {
  theme: 'light' | 'dark';
  language: 'zh' | 'en';
  screen: BrowserContextOptions;
}

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
export const DESKTOP = { viewport: { width: 1280, height: 800 } };

const PROMPTS = {
  zh: '宇航员走在向日葵花田里，清晨，胶片质感',
  en: 'An astronaut walks through sunflowers at dawn, on film',
};

/** Late enough to show the preview, early enough to still be in progress. */
const PROGRESS_PERCENT = 55;
const IMAGES = 4;

/** Creates a job with the astronaut photo and takes a screenshot of each page on the way. */
export async function takeScreenshots(browser: Browser, url: string, appearance: Appearance): Promise<Screenshots> {
  const page = await openPage(browser, url, appearance);
  const chooser = page.waitForEvent('filechooser');
  await page.getByTestId('photo-add').click();
  await page.getByTestId('consent-yes').click();
  await (await chooser).setFiles(ASTRONAUT);
  await page.locator('[data-testid=photo-picker][data-state=ready]').waitFor();
  await page.getByTestId('prompt').locator('textarea').fill(PROMPTS[appearance.language]);
  await page.getByTestId(`count-${IMAGES}`).click();
  const create = await screenshotFromTop(page);

  await page.getByTestId('submit').click();
  await page.waitForFunction(
    `Number(document.querySelector('[data-testid=progress]')?.ariaValueNow) >= ${PROGRESS_PERCENT}`,
  );
  const progress = await page.screenshot();

  await untilImages(page);
  const result = await screenshotFromTop(page);
  await page.context().close();
  return [create, progress, result];
}

/** Completes one job first: without recorded calls the page has no estimate to show. */
export async function warmUpEstimate(browser: Browser, url: string): Promise<void> {
  const page = await openPage(browser, url, { theme: 'light', language: 'zh', screen: PHONE });
  await page.getByTestId('prompt').locator('textarea').fill(PROMPTS.zh);
  await page.getByTestId(`count-${IMAGES}`).click();
  await page.getByTestId('submit').click();
  await untilImages(page);
  await page.context().close();
}

async function openPage(browser: Browser, url: string, { theme, language, screen }: Appearance): Promise<Page> {
  const localStorage = [
    { name: 'darkroom.theme', value: JSON.stringify(theme) },
    { name: 'darkroom.language', value: JSON.stringify(language) },
  ];
  const context = await browser.newContext({
    ...screen,
    storageState: { cookies: [], origins: [{ origin: url, localStorage }] },
    // waitForFunction evaluates text, which the product's CSP forbids.
    bypassCSP: true,
  });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function untilImages(page: Page): Promise<void> {
  await page.waitForURL(/pages\/discover\/generation-result/);
  const loaded =
    '[...document.querySelectorAll("[data-testid=result-image] img")].filter((image) => image.naturalWidth)';
  await page.waitForFunction(`${loaded}.length === ${IMAGES}`);
}

/** The page scrolled to its top, with transitions finished. */
async function screenshotFromTop(page: Page): Promise<Buffer> {
  await page.evaluate('document.activeElement?.blur(); scrollTo(0, 0)');
  return page.screenshot({ animations: 'disabled' });
}
