import { composeArch } from './arch.ts';
import { composeCard } from './card.ts';
import type { Composition } from './composition.ts';
import { detectFonts } from './fonts.ts';
import { drawLandscape } from './landscape.ts';
import { composeMagazine } from './magazine.ts';
import { aigcWatermark, simulatedMark } from './marks.ts';
import { PALETTES } from './palette.ts';
import type { Photo } from './photo.ts';
import { createRandom } from './random.ts';
import { composeSunrise } from './sunrise.ts';
import { svg } from './svg.ts';

export interface Poster {
  prompt: string;
  width: number;
  height: number;
  /** The reference; without one a landscape is drawn. */
  photo: Photo | undefined;
  seed: number;
  /** Of the pictures of one order; neighbours differ in palette and composition. */
  index: number;
  /** Carry the visible label "AI生成". */
  watermark: boolean;
}

const COMPOSITIONS: readonly Composition[] = [composeSunrise, composeArch, composeMagazine, composeCard];
const JPEG_QUALITY = 88;

/** Draws a poster as JPEG. The same poster gives the same bytes. */
export async function drawPoster({ prompt, width, height, photo, seed, index, watermark }: Poster): Promise<Buffer> {
  const random = createRandom(seed * 9 + index);
  const palette = inTurn(PALETTES, seed + index);
  const compose = inTurn(COMPOSITIONS, Math.floor(seed / PALETTES.length) + index);
  const subject = photo ?? (await drawLandscape(width, height, palette, random));
  const canWrite = await detectFonts();
  const words = canWrite(prompt) ? prompt : '';
  const { ground, layers } = await compose({ width, height, photo: subject, prompt: words, palette, random });
  const marks = simulatedMark(width, height) + (watermark ? aigcWatermark(width, height) : '');
  return ground
    .composite([...layers, { input: svg(width, height, marks) }])
    .removeAlpha()
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}

function inTurn<Item>(items: readonly Item[], at: number): Item {
  const item = items[Math.abs(at) % items.length];
  if (item === undefined) throw new RangeError('There is nothing to take from.');
  return item;
}
