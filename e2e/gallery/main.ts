/**
 * `node e2e/gallery/main.ts` renews docs/images: orders on the running product with the simulator, seen on phones and on a
 * desktop, and the mini program as its test draws it. Needs Chromium, a Chinese font, and both clients built before.
 */
import { writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { part } from '../../scripts/parts.ts';
import { CHECKOUT } from '../harness/checkout.ts';
import { CHROMIUM_ARGS } from '../harness/chromium-args.ts';
import { drawMiniProgram } from './draw-mini-program.ts';
import { hangDesktop, hangPhones, toPng, toWebp } from './hang-pictures.ts';
import { runProduct } from './run-product.ts';
import { DESKTOP, orderOnce, PHONE, tellStory } from './tell-story.ts';

const executablePath = part('chromium');
if (!executablePath) throw new Error('Chromium is not here: apt-get install -y chromium fonts-noto-cjk');

const miniProgram = await drawMiniProgram();
const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
try {
  const stories = await runProduct(async (url) => {
    await orderOnce(browser, url);
    return {
      lightZh: await tellStory(browser, url, { theme: 'light', language: 'zh', screen: PHONE }),
      darkEn: await tellStory(browser, url, { theme: 'dark', language: 'en', screen: PHONE }),
      desktop: await tellStory(browser, url, { theme: 'light', language: 'zh', screen: DESKTOP }),
    };
  });
  await keep('app.png', await toPng(await hangPhones(browser, stories.lightZh)));
  await keep('phone-dark-en.webp', await toWebp(await hangPhones(browser, stories.darkEn)));
  await keep('desktop.webp', await toWebp(await hangDesktop(browser, stories.desktop[2])));
  await keep('mini-program.webp', await toWebp(await hangPhones(browser, miniProgram)));
} finally {
  await browser.close();
}

async function keep(name: string, picture: Buffer): Promise<void> {
  await writeFile(`${CHECKOUT}docs/images/${name}`, picture);
  console.log(`docs/images/${name}: ${Math.round(picture.length / 1000)} kB`);
}
