import type { Browser, Page } from 'playwright-core';
import { ASTRONAUT } from '../harness/checkout.ts';

/** Screenshots of the three pages, as PNG, in the order in which a person sees them. */
export type Story = [create: Buffer, developing: Buffer, result: Buffer];

/** Far enough on that the picture shows through, far enough from the end that it still waits. */
const DEVELOPED_PERCENT = 55;
const PICTURES = 4;

/** Orders pictures of the astronaut on a phone, and looks at each page on the way. */
export async function tellStory(browser: Browser, url: string): Promise<Story> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    locale: 'zh-CN',
    colorScheme: 'light',
    // Conditions are waited for as text, which the product's own policy does not let a page evaluate.
    bypassCSP: true,
  });
  const page = await context.newPage();
  await page.goto(url);

  const chooser = page.waitForEvent('filechooser');
  await page.getByTestId('photo-add').click();
  await page.getByTestId('consent-yes').click();
  await (await chooser).setFiles(ASTRONAUT);
  await page.locator('[data-testid=photo-picker][data-state=ready]').waitFor();
  await page.getByTestId('prompt').locator('textarea').fill('宇航员走在向日葵花田里，清晨，胶片质感');
  await page.getByTestId(`count-${PICTURES}`).click();
  const create = await shoot(page);

  // The first order of all has no estimate yet: nobody knows how long a call takes here.
  await page.getByTestId('submit').click();
  await untilPictures(page);
  await page.goto(url);
  await page.getByTestId('submit').click();
  await page.waitForFunction(
    `Number(document.querySelector('[data-testid=progress]')?.ariaValueNow) >= ${DEVELOPED_PERCENT}`,
  );
  const developing = await page.screenshot();

  await untilPictures(page);
  const result = await shoot(page);
  return [create, developing, result];
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
