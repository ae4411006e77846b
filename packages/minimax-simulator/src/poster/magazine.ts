import { type Composition, drawWords } from './composition.ts';
import { cover } from './photo.ts';
import { linearGradient, svg } from './svg.ts';

/** The photo as a cover: edge to edge, dipped in the palette where the words stand, in a thin frame. */
export const composeMagazine: Composition = async ({ width, height, photo, prompt, palette }) => {
  const isWide = width > height * 1.25;
  const margin = Math.min(width, height) * 0.04;
  const words = isWide
    ? { x: width * 0.07, y: height * 0.14, width: width * 0.4, height: height * 0.72 }
    : { x: width * 0.09, y: height * 0.66, width: width * 0.82, height: height * 0.26 };

  const scrim =
    `<defs>${linearGradient('scrim', isWide ? 'right' : 'down', isWide ? sideways(palette.ink) : downwards(palette.ink))}` +
    `${linearGradient('tint', 'down', [
      [palette.accent, 0, 0.16],
      [palette.deep, 1, 0.3],
    ])}</defs>` +
    `<rect width="${width}" height="${height}" fill="url(#tint)"/>` +
    `<rect width="${width}" height="${height}" fill="url(#scrim)"/>` +
    `<rect x="${margin}" y="${margin}" width="${width - margin * 2}" height="${height - margin * 2}" fill="none" stroke="${palette.paper}" stroke-opacity="0.7" stroke-width="${margin * 0.06}"/>` +
    drawWords(prompt, words, {
      anchor: 'start',
      colour: palette.paper,
      rule: palette.accent,
      stand: isWide ? 'middle' : 'bottom',
    });

  return {
    ground: cover(photo, width, height).modulate({ saturation: 0.9 }),
    layers: [{ input: svg(width, height, scrim) }],
  };
};

function downwards(ink: string): [string, number, number][] {
  return [
    [ink, 0, 0.25],
    [ink, 0.3, 0],
    [ink, 0.5, 0.1],
    [ink, 0.78, 0.84],
    [ink, 1, 0.95],
  ];
}

function sideways(ink: string): [string, number, number][] {
  return [
    [ink, 0, 0.94],
    [ink, 0.35, 0.78],
    [ink, 0.65, 0.08],
    [ink, 1, 0.1],
  ];
}
