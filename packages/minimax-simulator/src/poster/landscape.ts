import sharp from 'sharp';
import { type Bitmap, decode } from './bitmap.ts';
import type { Palette } from './palette.ts';
import type { Random } from './random.ts';
import { glow, linearGradient, svg } from './svg.ts';

/** Draws hills at sunrise, for requests without a reference. */
export function drawLandscape(width: number, height: number, palette: Palette, random: Random): Promise<Bitmap> {
  const horizon = height * (0.5 + random() * 0.1);
  const sun = {
    x: width * (0.25 + random() * 0.5),
    y: horizon * (0.5 + random() * 0.25),
    r: Math.min(width, height) * 0.13,
  };
  const depth = height - horizon;
  const ridges = [palette.light, palette.middle, palette.deep, palette.ink].map((colour, index) =>
    drawRidge({ width, height, y: horizon + depth * index * 0.24, rise: depth * (0.3 - index * 0.03), colour }, random),
  );
  const content =
    `<defs>${linearGradient('sky', 'down', [
      [palette.middle, 0, 1],
      [palette.light, 0.42, 1],
      [palette.paper, 0.72, 1],
    ])}${glow('glow', palette.paper, 0.2, 0.85)}</defs>` +
    `<rect width="${width}" height="${height}" fill="url(#sky)"/>` +
    `<circle cx="${sun.x}" cy="${sun.y}" r="${sun.r * 3}" fill="url(#glow)"/>` +
    `<circle cx="${sun.x}" cy="${sun.y}" r="${sun.r}" fill="${palette.accent}"/>` +
    ridges.join('');
  return decode(sharp(svg(width, height, content)));
}

interface Ridge {
  width: number;
  height: number;
  /** Mean height of the ridge line, in pixels from the top. */
  y: number;
  /** Amplitude in pixels. */
  rise: number;
  colour: string;
}

/** Draws one ridge as the sum of three sine waves. */
function drawRidge({ width, height, y, rise, colour }: Ridge, random: Random): string {
  const waves = [1.3, 2.9, 6.1].map((frequency, index) => ({
    frequency: frequency * (0.8 + random() * 0.5),
    phase: random() * Math.PI * 2,
    share: 1 / (index * 1.6 + 1),
  }));
  const points: string[] = [];
  for (let step = 0; step <= 60; step++) {
    const at = step / 60;
    const lift = waves.reduce(
      (sum, wave) => sum + Math.sin(at * wave.frequency * Math.PI * 2 + wave.phase) * wave.share,
      0,
    );
    points.push(`${(at * width).toFixed(1)},${(y - lift * rise * 0.4).toFixed(1)}`);
  }
  return `<polygon points="0,${height} ${points.join(' ')} ${width},${height}" fill="${colour}"/>`;
}
