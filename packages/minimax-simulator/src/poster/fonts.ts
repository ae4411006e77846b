import sharp from 'sharp';
import { SANS, svg } from './svg.ts';

/** Whether the machine's fonts can draw a text. */
export type CanWrite = (text: string) => boolean;

let detected: Promise<CanWrite> | undefined;

/** Detects the fonts once per process and keeps the result. */
export function detectFonts(): Promise<CanWrite> {
  detected ??= detect();
  return detected;
}

async function detect(): Promise<CanWrite> {
  const [latin, chinese] = await Promise.all([isDrawn('-'), isDrawn('一')]);
  return (text) => latin && (chinese || !/\p{Script=Han}/u.test(text));
}

/** Draws a glyph that is wider than high. A missing glyph is drawn as an upright box or not at all. */
async function isDrawn(flatStroke: string): Promise<boolean> {
  const text = `<text x="40" y="120" font-family="${SANS}" font-size="100">${flatStroke}</text>`;
  try {
    const { info } = await sharp(svg(200, 200, `<rect width="200" height="200" fill="#fff"/>${text}`))
      .trim()
      .toBuffer({ resolveWithObject: true });
    return info.height < info.width;
  } catch {
    return false;
  }
}
