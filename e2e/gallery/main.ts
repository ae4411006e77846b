/**
 * `node e2e/gallery/main.ts` renews docs/images/app.png: one order on the running product with the simulator, seen on three
 * phones. Needs Chromium, a Chinese font, and the H5 client built before.
 */
import { writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { part } from '../../scripts/parts.ts';
import { CHECKOUT } from '../harness/checkout.ts';
import { CHROMIUM_ARGS } from '../harness/chromium-args.ts';
import { hangPictures } from './hang-pictures.ts';
import { runProduct } from './run-product.ts';
import { tellStory } from './tell-story.ts';

const executablePath = part('chromium');
if (!executablePath) throw new Error('Chromium is not here: apt-get install -y chromium fonts-noto-cjk');

const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
try {
  const story = await runProduct((url) => tellStory(browser, url));
  const picture = await hangPictures(browser, story);
  await writeFile(`${CHECKOUT}docs/images/app.png`, picture);
  console.log(`docs/images/app.png: ${Math.round(picture.length / 1000)} kB`);
} finally {
  await browser.close();
}
