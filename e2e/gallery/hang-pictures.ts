import type { Browser } from 'playwright-core';
import sharp from 'sharp';

const WIDTH = 1600;
const HEIGHT = 1080;

/** Three screenshots as three phones side by side, as PNG of 256 colours: a few hundred kB instead of two MB. */
export async function hangPictures(browser: Browser, screenshots: Buffer[]): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  await page.setContent(wall(screenshots.map((png) => `data:image/png;base64,${png.toString('base64')}`)));
  const picture = await page.screenshot();
  return sharp(picture).png({ palette: true, colours: 256, dither: 0.6, effort: 10 }).toBuffer();
}

function wall(urls: string[]): string {
  const phones = urls.map((url) => `<div class="phone"><img src="${url}" /></div>`).join('');
  return `
    <style>
      body { display: flex; align-items: center; justify-content: space-evenly; height: 100vh; margin: 0;
        background: linear-gradient(150deg, #2b221e, #14100e 70%); }
      .phone { width: 440px; padding: 10px; border-radius: 52px; background: #060504; line-height: 0;
        box-shadow: 0 0 0 1px #4a3e36; }
      img { width: 100%; border-radius: 42px; }
    </style>
    ${phones}`;
}
