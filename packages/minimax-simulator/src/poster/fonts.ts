import sharp from 'sharp';
import { SANS, svg } from './svg.ts';

/** Tells whether the machine's fonts can draw a text. */
export type CanWrite = (text: string) => boolean;

let detected: Promise<CanWrite> | undefined;

/** Looks once a process: fonts do not come and go. */
export function detectFonts(): Promise<CanWrite> {
  detected ??= detect();
  return detected;
}

async function detect(): Promise<CanWrite> {
  const [latin, chinese] = await Promise.all([isDrawn('-'), isDrawn('一')]);
  return (text) => latin && (chinese || !/\p{Script=Han}/u.test(text));
}

/** Both probes are flat strokes; where the glyph is missing, a box stands upright in its place, or nothing at all. */
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
