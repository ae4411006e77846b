import { type Browser, chromium } from 'playwright-core';
import { findTool } from '../process/system-tools.ts';

const executablePath = findTool('chromium');

/** Whether this machine has Chromium: `describe.skipIf(!hasChromium)(…)`. */
export const hasChromium = executablePath !== undefined;

/** Runs Chromium as root in a container without a graphics card, and suppresses requests other than the page's own. */
const ARGS = [
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
