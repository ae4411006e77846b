import type { Browser } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { launchChromium } from './launch-chromium.ts';

/** Starts Chromium until the end of the test. */
export async function startChromium(args: string[] = []): Promise<Browser> {
  const browser = await launchChromium(args);
  onTestFinished(() => browser.close());
  return browser;
}
