import { type Composition, divide, drawWords } from './composition.ts';
import { blurred, cutOut } from './photo.ts';
import { type Box, linearGradient, svg } from './svg.ts';

/** The photo as a card that floats over its own colours. */
export const composeCard: Composition = async ({ width, height, photo, prompt, palette, random }) => {
  const { picture, words, anchor } = divide(width, height);
  const radius = Math.min(picture.width, picture.height) * 0.07;
  const turn = (random() < 0.5 ? -1 : 1) * (3 + random() * 2);
  const [cx, cy] = [picture.x + picture.width / 2, picture.y + picture.height / 2];

  const back =
    `<defs>${linearGradient('veil', 'down', [
      [palette.deep, 0, 0.66],
      [palette.ink, 1, 0.9],
    ])}</defs>` +
    `<rect width="${width}" height="${height}" fill="url(#veil)"/>` +
    `<rect x="${picture.x}" y="${picture.y}" width="${picture.width}" height="${picture.height}" rx="${radius}" fill="${palette.accent}" transform="rotate(${turn} ${cx} ${cy})"/>` +
    shadow(picture, radius);
  const front =
    `<rect x="${picture.x}" y="${picture.y}" width="${picture.width}" height="${picture.height}" rx="${radius}" fill="none" stroke="${palette.paper}" stroke-opacity="0.85" stroke-width="${radius * 0.14}"/>` +
    drawWords(prompt, words, { anchor, colour: palette.paper, rule: palette.accent, stand: 'middle' });

  return {
    ground: await blurred(photo, width, height),
    layers: [
      { input: svg(width, height, back) },
      await cutOut(
        photo,
        picture,
        `<rect width="${picture.width}" height="${picture.height}" rx="${radius}" fill="#fff"/>`,
      ),
      { input: svg(width, height, front) },
    ],
  };
};

/** Soft by stacking: an SVG blur would cost more than the rest of the picture. */
function shadow({ x, y, width, height }: Box, radius: number): string {
  return Array.from({ length: 8 }, (_, index) => {
    const by = (radius * (index + 1)) / 7;
    return `<rect x="${x - by}" y="${y - by + radius * 0.25}" width="${width + by * 2}" height="${height + by * 2}" rx="${radius + by}" fill="#000" fill-opacity="0.045"/>`;
  }).join('');
}
