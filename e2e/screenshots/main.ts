/**
 * `node e2e/screenshots/main.ts` renews docs/images: creates jobs on the running product with the simulator and takes screenshots on
 * phones and a desktop; the mini program comes from its page test. Needs Chromium, a Chinese font, and both clients built before.
 */
import { writeFile } from 'node:fs/promises';
import { launchChromium } from '@darkroom/test-kit/browser/launch-chromium';
import { CHECKOUT } from '@darkroom/test-kit/process/checkout';
import { drawMiniProgram } from './draw-mini-program.ts';
import { frameDesktop, framePhones, toPng, toWebp } from './frame-screenshots.ts';
import { runProduct } from './run-product.ts';
import { DESKTOP, PHONE, takeScreenshots, warmUpEstimate } from './take-screenshots.ts';

const miniProgram = await drawMiniProgram();
const browser = await launchChromium();
try {
  const stories = await runProduct(async (url, provider) => {
    const product = { browser, url, provider };
    await warmUpEstimate(product);
    return {
      lightZh: await takeScreenshots(product, { theme: 'light', language: 'zh', screen: PHONE }),
      darkEn: await takeScreenshots(product, { theme: 'dark', language: 'en', screen: PHONE }),
      desktop: await takeScreenshots(product, { theme: 'light', language: 'zh', screen: DESKTOP }),
    };
  });
  await keep('app.png', await toPng(await framePhones(browser, stories.lightZh)));
  await keep('phone-dark-en.webp', await toWebp(await framePhones(browser, stories.darkEn)));
  await keep('desktop.webp', await toWebp(await frameDesktop(browser, stories.desktop[2])));
  await keep('mini-program.webp', await toWebp(await framePhones(browser, miniProgram)));
} finally {
  await browser.close();
}

async function keep(name: string, image: Buffer): Promise<void> {
  await writeFile(`${CHECKOUT}docs/images/${name}`, image);
  console.log(`docs/images/${name}: ${Math.round(image.length / 1000)} kB`);
}
