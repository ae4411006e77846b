import type { Browser } from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';
import { launchChromium } from './launch-chromium.ts';

/** By arguments: the tests of a file share a Chromium, which the first of them starts. */
const started = new Map<string, Promise<Browser>>();

afterAll(async () => {
  for (const browser of started.values()) await (await browser).close();
});

/** Starts Chromium. What the test opens in it, with a profile for each context, is closed when the test ends. */
export async function startChromium(args: string[] = []): Promise<Browser> {
  const key = args.join(' ');
  const starting = started.get(key) ?? launchChromium(args);
  started.set(key, starting);
  const browser = await starting;
  onTestFinished(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  return browser;
}
