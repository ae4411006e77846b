import type { Bitmap } from './bitmap.ts';
import { composeCard } from './card.ts';
import { detectFonts } from './fonts.ts';
import { drawLandscape } from './landscape.ts';
import { aigcWatermark, simulatedMark } from './marks.ts';
import { PALETTES, type Palette } from './palette.ts';
import { createRandom } from './random.ts';
import { svg } from './svg.ts';

/** What to draw. The same values give the same bytes. */
export interface Poster {
  prompt: string;
  /** Pixels, as is `height`. */
  width: number;
  height: number;
  /** The reference; undefined: a landscape is drawn. */
  reference: Bitmap | undefined;
  seed: number;
  /** Index within the images of one request, from 0. Consecutive images have different palettes. */
  index: number;
  /** Whether to draw the visible label "AI生成". */
  watermark: boolean;
}

const JPEG_QUALITY = 88;

/** Draws a poster as JPEG. Deterministic. */
export async function drawPoster({
  prompt,
  width,
  height,
  reference,
  seed,
  index,
  watermark,
}: Poster): Promise<Buffer> {
  const random = createRandom(seed * 9 + index);
  const palette = paletteAt(seed + index);
  const subject = reference ?? (await drawLandscape(width, height, palette, random));
  const canWrite = await detectFonts();
  const text = canWrite(prompt) ? prompt : '';
  const { background, layers } = await composeCard({ width, height, subject, prompt: text, palette, random });
  const marks = simulatedMark(width, height) + (watermark ? aigcWatermark(width, height) : '');
  return background
    .composite([...layers, { input: svg(width, height, marks) }])
    .removeAlpha()
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}

function paletteAt(number: number): Palette {
  const palette = PALETTES[number % PALETTES.length];
  if (palette === undefined) throw new RangeError('There is no palette.');
  return palette;
}
