import type { Browser } from 'playwright-core';
import sharp from 'sharp';

const WIDTH = 1600;
const PHONES_HEIGHT = 1080;
const DESKTOP_HEIGHT = 1060;
const README_WIDTH = 1200;

/** Frames three phone screenshots side by side. */
export function framePhones(browser: Browser, screenshots: Buffer[]): Promise<Buffer> {
  return frame(browser, screenshots, { height: PHONES_HEIGHT, imageWidth: 460, edge: 10, radius: 52 });
}

/** Frames a desktop screenshot as a window. */
export function frameDesktop(browser: Browser, screenshot: Buffer): Promise<Buffer> {
  return frame(browser, [screenshot], { height: DESKTOP_HEIGHT, imageWidth: 1500, edge: 2, radius: 12 });
}

/** For the README: 256 colours, at twice its displayed width at most. */
export function toPng(image: Buffer): Promise<Buffer> {
  return sharp(image).resize(README_WIDTH).png({ palette: true, colours: 256, dither: 0.5, effort: 10 }).toBuffer();
}

export function toWebp(image: Buffer): Promise<Buffer> {
  return sharp(image).webp({ quality: 80, effort: 6 }).toBuffer();
}

interface Frame {
  height: number;
  imageWidth: number;
  edge: number;
  radius: number;
}

async function frame(browser: Browser, screenshots: Buffer[], style: Frame): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: style.height } });
  const images = screenshots.map((png) => `<img src="data:image/png;base64,${png.toString('base64')}" />`);
  await page.setContent(`<style>${styles(style)}</style>${images.join('')}`);
  const image = await page.screenshot();
  await page.close();
  return image;
}

const styles = ({ imageWidth, edge, radius }: Frame) => `
  body { display: flex; align-items: center; justify-content: space-evenly; height: 100vh; margin: 0;
    background: linear-gradient(150deg, #2b221e, #14100e 70%); }
  img { box-sizing: border-box; width: ${imageWidth}px; border: ${edge}px solid #060504; border-radius: ${radius}px;
    background: #060504; box-shadow: 0 0 0 1px #4a3e36; }`;
