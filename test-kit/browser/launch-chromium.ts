import { type Browser, chromium } from 'playwright-core';
import { findTool } from '../process/system-tools.ts';

const executablePath = findTool('chromium');

/** Whether this machine has Chromium: `describe.skipIf(!hasChromium)(…)`. */
export const hasChromium = executablePath !== undefined;

/** Pages of the browser's own address bar. They are loaded for each context, at the CPU cost of the page under test. */
const BROWSER_PAGES = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup'];

/** A renderer that is started after each navigation for the next one. */
const SPARE_RENDERER = 'SpareRendererForSitePerProcess';

/** What Playwright disables, because the last value of a switch replaces the earlier ones. */
const PLAYWRIGHT_DISABLES = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
];

/** Runs Chromium as root in a container without a graphics card, and suppresses requests other than the page's own. */
const ARGS = [
  `--disable-features=${[...PLAYWRIGHT_DISABLES, ...BROWSER_PAGES, SPARE_RENDERER].join(',')}`,
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Launches Chromium, which the caller closes. Rejects if this machine has none. */
export async function launchChromium(args: string[] = []): Promise<Browser> {
  if (!executablePath) throw new Error('Chromium is not here: apt-get install -y chromium fonts-noto-cjk');
  return chromium.launch({ executablePath, args: [...ARGS, ...args] });
}
