import sharp from 'sharp';
import { type Composition, drawWords, isWide } from './composition.ts';
import { cutOut } from './photo.ts';
import { linearGradient, svg } from './svg.ts';

/** The photo as a cover: it reaches three edges, sinks into ink where the words stand, and wears a thin frame. */
export const composeMagazine: Composition = async ({ width, height, photo, prompt, palette }) => {
  const wide = isWide(width, height);
  const margin = Math.min(width, height) * 0.022;
  const picture = wide
    ? { x: width * 0.38, y: 0, width: width * 0.62, height }
    : { x: 0, y: 0, width, height: height * 0.82 };
  const words = wide
    ? { x: width * 0.07, y: height * 0.14, width: width * 0.36, height: height * 0.72 }
    : { x: width * 0.09, y: height * 0.68, width: width * 0.82, height: height * 0.25 };

  const scrim =
    `<defs>${linearGradient('scrim', wide ? 'right' : 'down', wide ? sideways(palette.ink) : downwards(palette.ink))}` +
    `${linearGradient('tint', 'down', [
      [palette.light, 0, 0.1],
      [palette.middle, 1, 0.2],
    ])}</defs>` +
    `<rect width="${width}" height="${height}" fill="url(#tint)"/>` +
    `<rect width="${width}" height="${height}" fill="url(#scrim)"/>` +
    `<rect x="${margin}" y="${margin}" width="${width - margin * 2}" height="${height - margin * 2}" fill="none" stroke="${palette.paper}" stroke-opacity="0.6" stroke-width="${margin * 0.1}"/>` +
    drawWords(prompt, words, {
      anchor: 'start',
      colour: palette.paper,
      rule: palette.accent,
      stand: wide ? 'middle' : 'bottom',
    });

  return {
    ground: sharp({ create: { width, height, channels: 3, background: palette.ink } }),
    layers: [
      await cutOut(photo, picture, '<rect width="100%" height="100%" fill="#fff"/>'),
      { input: svg(width, height, scrim) },
    ],
  };
};

function downwards(ink: string): [string, number, number][] {
  return [
    [ink, 0, 0.2],
    [ink, 0.25, 0],
    [ink, 0.46, 0],
    [ink, 0.68, 0.82],
    [ink, 0.81, 1],
  ];
}

function sideways(ink: string): [string, number, number][] {
  return [
    [ink, 0.39, 1],
    [ink, 0.5, 0.7],
    [ink, 0.68, 0],
  ];
}
