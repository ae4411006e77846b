import { startApi } from '@darkroom/test-kit/api/start-api';
import { hasChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { startPhone } from '@darkroom/test-kit/browser/phone';
import { startProvider } from '@darkroom/test-kit/provider/start-provider';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';

/** In CSS pixels; a thinner ring is not visible at arm's length. */
const RING_PX = 2;

/** A fast typist. uni-app's field reports its text every 100 ms. */
const A_KEY_MS = 120;

test.skipIf(!hasChromium)('creates and saves an image by keyboard, with a visible focus at every stop', async () => {
  const provider = await startProvider();
  provider.script({ hold: true });
  const api = await startApi(provider);
  const phone = await startPhone({ url: api.url });
  const { page, form, progress, result } = await phone.open();
  await form.submitButton.waitFor();

  await tabTo(page, 'photo-add');
  await tabTo(page, 'prompt');
  await page.keyboard.type('只用键盘', { delay: A_KEY_MS });
  await page.getByTestId('prompt-count').getByText('4 / 1499').waitFor();
  await tabTo(page, 'ratio-3:4');
  await page.keyboard.press('ArrowRight');
  await page.locator('[data-testid="ratio-9:16"]:focus[aria-checked=true]').waitFor();
  await tabTo(page, 'count-1');
  await tabTo(page, 'submit');
  await page.keyboard.press('Enter');

  await progress.stage('generating').waitFor();
  await tabTo(page, 'leave');
  await tabTo(page, 'cancel');
  provider.release();

  await result.images.waitFor();
  await tabTo(page, 'result-image');
  await page.keyboard.press('Enter');
  await tabTo(page, 'viewer-save');
  await page.keyboard.press('Escape');
  await tabTo(page, 'save');
  const download = page.waitForEvent('download');
  await page.keyboard.press('Space');
  expect(await (await download).failure()).toBeNull();
  expect(provider.calls()[0]?.request).toMatchObject({ prompt: '只用键盘', aspect_ratio: '9:16' });
});

/** Presses Tab until this element has the focus, and checks the focus ring of every element on the way. */
async function tabTo(page: Page, testId: string): Promise<void> {
  const passed: string[] = [];
  while (passed.at(-1) !== testId) {
    await page.keyboard.press('Tab');
    const stop = await readFocus(page);
    expect(stop.ring, `the ring around ${stop.name}`).toBeGreaterThanOrEqual(RING_PX);
    expect(passed, `the way to ${testId}`).not.toContain(stop.name);
    passed.push(stop.name);
  }
}

/** The test id of the focused element, and the width of the focus ring around itself or its field. */
async function readFocus(page: Page): Promise<{ name: string; ring: number }> {
  const { name, rings } = await page.locator(':focus').evaluate((element) => {
    const named = element.closest<typeof element>('[data-testid]') ?? element;
    const rings = [element, named].map((around) => {
      const style = around.ownerDocument.defaultView?.getComputedStyle(around);
      return style && style.outlineStyle !== 'none' ? style.outlineWidth : '0px';
    });
    return { name: named.getAttribute('data-testid') ?? element.outerHTML.slice(0, 80), rings };
  });
  return { name, ring: Math.max(...rings.map((width) => Number.parseFloat(width))) };
}
