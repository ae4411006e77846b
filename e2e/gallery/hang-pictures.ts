import type { Browser } from 'playwright-core';
import sharp from 'sharp';

const WIDTH = 1600;
const PHONES_HEIGHT = 1080;
const DESKTOP_HEIGHT = 1060;
const README_WIDTH = 1200;

/** Three screenshots of a phone as three phones side by side. */
export function hangPhones(browser: Browser, screenshots: Buffer[]): Promise<Buffer> {
  return hang(browser, screenshots, { height: PHONES_HEIGHT, pictureWidth: 460, edge: 10, radius: 52 });
}

/** A screenshot of a desktop as a window. */
export function hangDesktop(browser: Browser, screenshot: Buffer): Promise<Buffer> {
  return hang(browser, [screenshot], { height: DESKTOP_HEIGHT, pictureWidth: 1500, edge: 2, radius: 12 });
}

/** For the README: of 256 colours, and no larger than it is shown there on a fine screen. */
export function toPng(picture: Buffer): Promise<Buffer> {
  return sharp(picture).resize(README_WIDTH).png({ palette: true, colours: 256, dither: 0.5, effort: 10 }).toBuffer();
}

export function toWebp(picture: Buffer): Promise<Buffer> {
  return sharp(picture).webp({ quality: 80, effort: 6 }).toBuffer();
}

interface Wall {
  height: number;
  pictureWidth: number;
  edge: number;
  radius: number;
}

async function hang(browser: Browser, screenshots: Buffer[], wall: Wall): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: wall.height } });
  const pictures = screenshots.map((png) => `<img src="data:image/png;base64,${png.toString('base64')}" />`);
  await page.setContent(`<style>${styles(wall)}</style>${pictures.join('')}`);
  const picture = await page.screenshot();
  await page.close();
  return picture;
}

const styles = ({ pictureWidth, edge, radius }: Wall) => `
  body { display: flex; align-items: center; justify-content: space-evenly; height: 100vh; margin: 0;
    background: linear-gradient(150deg, #2b221e, #14100e 70%); }
  img { box-sizing: border-box; width: ${pictureWidth}px; border: ${edge}px solid #060504; border-radius: ${radius}px;
    background: #060504; box-shadow: 0 0 0 1px #4a3e36; }`;
