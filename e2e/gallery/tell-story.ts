import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { ASTRONAUT } from '../harness/checkout.ts';

/** Screenshots of the three pages, as PNG, in the order in which a person sees them. */
export type Story = [create: Buffer, developing: Buffer, result: Buffer];

export interface Look {
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

/** Far enough on that the picture shows through, far enough from the end that it still waits. */
const DEVELOPED_PERCENT = 55;
const PICTURES = 4;

/** Orders pictures of the astronaut, and looks at each page on the way. */
export async function tellStory(browser: Browser, url: string, look: Look): Promise<Story> {
  const page = await openPage(browser, url, look);
  const chooser = page.waitForEvent('filechooser');
  await page.getByTestId('photo-add').click();
  await page.getByTestId('consent-yes').click();
  await (await chooser).setFiles(ASTRONAUT);
  await page.locator('[data-testid=photo-picker][data-state=ready]').waitFor();
  await page.getByTestId('prompt').locator('textarea').fill(PROMPTS[look.language]);
  await page.getByTestId(`count-${PICTURES}`).click();
  const create = await shoot(page);

  await page.getByTestId('submit').click();
  await page.waitForFunction(
    `Number(document.querySelector('[data-testid=progress]')?.ariaValueNow) >= ${DEVELOPED_PERCENT}`,
  );
  const developing = await page.screenshot();

  await untilPictures(page);
  const result = await shoot(page);
  await page.context().close();
  return [create, developing, result];
}

/** Until calls have been made, nobody knows how long one takes here, and the page shows no estimate. */
export async function orderOnce(browser: Browser, url: string): Promise<void> {
  const page = await openPage(browser, url, { theme: 'light', language: 'zh', screen: PHONE });
  await page.getByTestId('prompt').locator('textarea').fill(PROMPTS.zh);
  await page.getByTestId(`count-${PICTURES}`).click();
  await page.getByTestId('submit').click();
  await untilPictures(page);
  await page.context().close();
}

async function openPage(browser: Browser, url: string, { theme, language, screen }: Look): Promise<Page> {
  const localStorage = [
    { name: 'darkroom.theme', value: JSON.stringify(theme) },
    { name: 'darkroom.language', value: JSON.stringify(language) },
  ];
  const context = await browser.newContext({
    ...screen,
    storageState: { cookies: [], origins: [{ origin: url, localStorage }] },
    // Conditions are waited for as text, which the product's own policy does not let a page evaluate.
    bypassCSP: true,
  });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function untilPictures(page: Page): Promise<void> {
  await page.waitForURL(/pages\/discover\/generation-result/);
  const loaded =
    '[...document.querySelectorAll("[data-testid=result-image] img")].filter((image) => image.naturalWidth)';
  await page.waitForFunction(`${loaded}.length === ${PICTURES}`);
}

/** The page from its top, with every transition at its end. */
async function shoot(page: Page): Promise<Buffer> {
  await page.evaluate('document.activeElement?.blur(); scrollTo(0, 0)');
  return page.screenshot({ animations: 'disabled' });
}
