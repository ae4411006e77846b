import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { CHECKOUT } from './checkout.ts';
import { CHROMIUM_ARGS } from './chromium-args.ts';
import { ageBrowser } from './old-browser.ts';

export interface Phone {
  /** The client's first page, in a new tab of the same browser: what the app stored is still there. */
  open(): Promise<Page>;
  /** Errors on any console (a violated CSP is one), uncaught exceptions, requests to hosts that are not the API. */
  faults: string[];
}

interface Options {
  chromiumPath: string;
  /** The API's address; it serves the client. */
  url: string;
  colorScheme?: 'light' | 'dark';
  /** Without the built-ins that are newer than the app's targets. */
  isOld?: boolean;
}

/** A phone's browser that nobody has used before. */
export async function startPhone({ chromiumPath, url, colorScheme = 'light', isOld = false }: Options): Promise<Phone> {
  const browser = await chromium.launch({ executablePath: chromiumPath, args: CHROMIUM_ARGS });
  onTestFinished(() => browser.close());
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    locale: 'zh-CN',
    colorScheme,
  });
  context.setDefaultTimeout(20_000);
  if (isOld) await ageBrowser(context);
  return {
    faults: collectFaults(context, url),
    async open() {
      const page = await context.newPage();
      await page.goto(url);
      return page;
    },
  };
}

function collectFaults(context: BrowserContext, url: string): string[] {
  const faults: string[] = [];
  context.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  context.on('weberror', (webError) => faults.push(String(webError.error())));
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== url) faults.push(`asked ${origin}`);
  });
  return faults;
}

/** The page from its top, with every transition at its end, kept as test output. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  await page.evaluate('scrollTo(0, 0)');
  await page.screenshot({ path: `${CHECKOUT}test-output/screenshots/${name}.png`, animations: 'disabled' });
}
