import { setTimeout as sleep } from 'node:timers/promises';
import type { Simulator } from '@darkroom/minimax-simulator';
import { storageState } from '@darkroom/test-kit/browser/storage-state';
import { type ClientPages, createClientPages } from '@darkroom/test-kit/pages/client-pages';
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
/** Length of the first call, from which the progress of the next ones is estimated. */
const FIRST_CALL_MS = 8_000;

/** The running product and the simulator that its calls go to. */
interface Product {
  browser: Browser;
  url: string;
  provider: Simulator;
}

/** Creates a job with the astronaut photo and takes a screenshot of each page on the way. */
export async function takeScreenshots(product: Product, appearance: Appearance): Promise<Screenshots> {
  const { page, form, result } = await openClient(product, appearance);
  await form.addPhoto();
  await form.writePrompt(PROMPTS[appearance.language]);
  await form.chooseCount(IMAGES);
  const createScreenshot = await screenshotFromTop(page);

  product.provider.reset();
  product.provider.script({ hold: true });
  await form.submitButton.click();
  await page.waitForFunction(
    `Number(document.querySelector('[data-testid=progress]')?.ariaValueNow) >= ${PROGRESS_PERCENT}`,
  );
  const progressScreenshot = await page.screenshot();
  product.provider.release();

  await untilImagesLoaded(page, result);
  const resultScreenshot = await screenshotFromTop(page);
  await page.context().close();
  return [createScreenshot, progressScreenshot, resultScreenshot];
}

/** Completes one job first: without recorded calls the page has no estimate to show. */
export async function warmUpEstimate(product: Product): Promise<void> {
  const { page, form, result } = await openClient(product, { theme: 'light', language: 'zh', screen: PHONE });
  product.provider.script({ hold: true });
  await form.chooseCount(IMAGES);
  await form.submit(PROMPTS.zh);
  await sleep(FIRST_CALL_MS);
  product.provider.release();
  await untilImagesLoaded(page, result);
  await page.context().close();
}

async function openClient({ browser, url }: Product, { theme, language, screen }: Appearance): Promise<ClientPages> {
  const context = await browser.newContext({
    ...screen,
    storageState: storageState(url, { 'darkroom.theme': theme, 'darkroom.language': language }),
    // waitForFunction evaluates text, which the product's CSP forbids.
    bypassCSP: true,
  });
  const page = await context.newPage();
  await page.goto(url);
  return createClientPages(page);
}

async function untilImagesLoaded(page: Page, result: ClientPages['result']): Promise<void> {
  await result.waitUntilOpen();
  const loaded =
    '[...document.querySelectorAll("[data-testid=result-image] img")].filter((image) => image.naturalWidth)';
  await page.waitForFunction(`${loaded}.length === ${IMAGES}`);
}

/** The page scrolled to its top, with transitions finished. */
async function screenshotFromTop(page: Page): Promise<Buffer> {
  await page.evaluate('document.activeElement?.blur(); scrollTo(0, 0)');
  return page.screenshot({ animations: 'disabled' });
}
