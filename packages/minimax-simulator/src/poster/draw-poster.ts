import { type Bitmap, decode } from './bitmap.ts';
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
  /** What fills the card; undefined: a landscape is drawn. */
  subject: Bitmap | undefined;
  /** Shown in the card instead, in their order with their numbers; null where there are no bytes to show. */
  references?: (Bitmap | null)[];
  seed: number;
  /** Index within the images of one request, from 0. Consecutive images have different palettes. */
  index: number;
  /** Whether to draw the visible label "AI生成". */
  watermark: boolean;
}

/** Draws a poster. Deterministic. */
export async function drawPoster({
  prompt,
  width,
  height,
  subject,
  references = [],
  seed,
  index,
  watermark,
}: Poster): Promise<Bitmap> {
  const random = createRandom(seed * 9 + index);
  const palette = paletteAt(seed + index);
  const canWrite = await detectFonts();
  const text = canWrite(prompt) ? prompt : '';
  const { background, layers } = await composeCard({
    width,
    height,
    subject: subject ?? (await drawLandscape(width, height, palette, random)),
    references,
    prompt: text,
    palette,
    random,
  });
  const marks = simulatedMark(width, height) + (watermark ? aigcWatermark(width, height) : '');
  return decode(background.composite([...layers, { input: svg(width, height, marks) }]));
}

function paletteAt(number: number): Palette {
  const palette = PALETTES[number % PALETTES.length];
  if (palette === undefined) throw new RangeError('There is no palette.');
  return palette;
}
