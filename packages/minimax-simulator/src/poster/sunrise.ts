import type { Composition } from './composition.ts';
import { drawWords } from './composition.ts';
import { drawForeground } from './landscape.ts';
import { blurred, cutOut } from './photo.ts';
import { linearGradient, svg } from './svg.ts';

/** The photo as a sun that rises over the hills; the words stand in the valley. */
export const composeSunrise: Composition = async ({ width, height, photo, prompt, palette, random }) => {
  const isWide = width > height * 1.25;
  const diameter = Math.min(width * (isWide ? 0.66 : 0.76), height * 0.6);
  const valley = height * 0.62;
  const sun = { x: (width - diameter) / 2, y: valley - diameter * 0.9, width: diameter, height: diameter };
  const [cx, cy, r] = [width / 2, sun.y + diameter / 2, diameter / 2];

  const sky =
    `<defs>${linearGradient('sky', 'down', [
      [palette.deep, 0, 0.94],
      [palette.middle, 0.45, 0.82],
      [palette.light, 0.8, 0.88],
    ])}<radialGradient id="glow"><stop offset="0.5" stop-color="${palette.paper}" stop-opacity="0.75"/><stop offset="1" stop-color="${palette.paper}" stop-opacity="0"/></radialGradient></defs>` +
    `<rect width="${width}" height="${height}" fill="url(#sky)"/>` +
    `<circle cx="${cx}" cy="${cy}" r="${r * 1.6}" fill="url(#glow)"/>` +
    [1.07, 1.17, 1.3]
      .map(
        (scale, index) =>
          `<circle cx="${cx}" cy="${cy}" r="${r * scale}" fill="none" stroke="${palette.paper}" stroke-opacity="${0.75 - index * 0.24}" stroke-width="${r * 0.009}"/>`,
      )
      .join('');
  const words = { x: width * 0.1, y: height * 0.74, width: width * 0.8, height: height * 0.21 };
  const front =
    drawForeground(width, height, valley, palette, random) +
    drawWords(prompt, words, { anchor: 'middle', colour: palette.paper, rule: palette.accent, stand: 'bottom' });

  return {
    ground: await blurred(photo, width, height),
    layers: [
      { input: svg(width, height, sky) },
      await cutOut(photo, sun, `<circle cx="${r}" cy="${r}" r="${r}" fill="#fff"/>`),
      { input: svg(width, height, front) },
    ],
  };
};
