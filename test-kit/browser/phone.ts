import type { BrowserContext, Page } from 'playwright-core';
import { type ClientPages, createClientPages } from '../pages/client-pages.ts';
import { CHECKOUT } from '../process/checkout.ts';
import { startChromium } from './start-chromium.ts';

export interface Phone {
  /**
   * Opens a page of the API's address in a new tab of the same browser, so that what the app has stored is kept: the
   * client's first page, or the given path.
   */
  open(path?: string): Promise<ClientPages>;
  /** Console errors (a CSP violation is one), uncaught exceptions, and requests to hosts other than the API. */
  faults: string[];
}

interface Options {
  /** The API's address, which also serves the client. */
  url: string;
  /** A user's token that the app has stored before. Without one it asks for a development token: user 1. */
  token?: string;
  colorScheme?: 'light' | 'dark';
  /** Runs the animations, at the CPU cost of a second page. */
  isAnimated?: boolean;
  /** Removes the built-ins that are newer than the app's targets. */
  isOld?: boolean;
}

/** Starts a phone-sized Chromium with an empty profile, until the end of the test. */
export async function startPhone(options: Options): Promise<Phone> {
  const { url, token, colorScheme = 'light', isAnimated = false, isOld = false } = options;
  const browser = await startChromium();
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    locale: 'zh-CN',
    colorScheme,
    reducedMotion: isAnimated ? 'no-preference' : 'reduce',
  });
  context.setDefaultTimeout(20_000);
  if (token !== undefined) await context.addInitScript(storeToken(url, token));
  if (isOld) {
    // Loads MDN's data, which most files do not need.
    const { removeNewerBuiltIns } = await import('./old-browser.ts');
    await removeNewerBuiltIns(context);
  }
  return {
    faults: collectFaults(context, url),
    async open(path = '/') {
      const page = await context.newPage();
      await page.goto(new URL(path, url).href);
      return createClientPages(page);
    },
  };
}

/** A script that stores the token before the app starts, unless one is stored. It costs less than a storage state. */
function storeToken(url: string, token: string): string {
  const [origin, value] = [url, JSON.stringify(token)].map((text) => JSON.stringify(text));
  return `if (location.origin === ${origin}) localStorage['darkroom.token'] ??= ${value}`;
}

function collectFaults(context: BrowserContext, url: string): string[] {
  const faults: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (webError) => faults.push(String(webError.error())));
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== url) faults.push(`asked ${origin}`);
  });
  return faults;
}

/** Saves a screenshot of the page, scrolled to the top and with all transitions finished, as test output. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: `${CHECKOUT}test-output/screenshots/${name}.png`, animations: 'disabled' });
}
