import { type Composition, drawWords, isWide } from './composition.ts';
import { drawForeground } from './landscape.ts';
import { blurred, cutOut } from './photo.ts';
import { glow, linearGradient, svg } from './svg.ts';

/** The photo as a sun that rises over the hills; the words stand in the valley. */
export const composeSunrise: Composition = async ({ width, height, photo, prompt, palette, random }) => {
  const wide = isWide(width, height);
  const diameter = Math.min(width * (wide ? 0.66 : 0.76), height * 0.6);
  const valley = height * 0.62;
  const sun = { x: (width - diameter) / 2, y: valley - diameter * 0.9, width: diameter, height: diameter };
  const [cx, cy, r] = [width / 2, sun.y + diameter / 2, diameter / 2];

  const sky =
    `<defs>${linearGradient('sky', 'down', [
      [palette.deep, 0, 0.94],
      [palette.middle, 0.45, 0.82],
      [palette.light, 0.8, 0.88],
    ])}${glow('glow', palette.paper, 0.5, 0.75)}</defs>` +
    `<rect width="${width}" height="${height}" fill="url(#sky)"/>` +
    `<circle cx="${cx}" cy="${cy}" r="${r * 1.6}" fill="url(#glow)"/>` +
    [1.07, 1.17, 1.3]
      .map(
        (scale, index) =>
          `<circle cx="${cx}" cy="${cy}" r="${r * scale}" fill="none" stroke="${palette.paper}" stroke-opacity="${0.75 - index * 0.24}" stroke-width="${r * 0.009}"/>`,
      )
      .join('');
  const words = { x: width * 0.1, y: height * 0.7, width: width * 0.8, height: height * 0.255 };
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
