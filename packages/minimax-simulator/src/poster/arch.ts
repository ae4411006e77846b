import sharp from 'sharp';
import { type Composition, divide, drawWords } from './composition.ts';
import { cutOut } from './photo.ts';
import { type Box, svg } from './svg.ts';

/** The photo seen through an arched window in a painted wall. */
export const composeArch: Composition = async ({ width, height, photo, prompt, palette, random }) => {
  const { picture, words, anchor } = divide(width, height);
  const window = { ...picture, width: Math.min(picture.width, picture.height * 0.86) };
  window.x += (picture.width - window.width) / 2;
  const unit = Math.min(width, height) / 100;
  const disc = { x: random() < 0.5 ? 0 : width, y: height * (0.15 + random() * 0.2), r: unit * 42 };

  const wall =
    `<rect width="${width}" height="${height}" fill="${palette.paper}"/>` +
    `<circle cx="${disc.x}" cy="${disc.y}" r="${disc.r}" fill="${palette.light}" fill-opacity="0.55"/>` +
    `<circle cx="${width - disc.x}" cy="${height * 0.9}" r="${disc.r * 0.6}" fill="${palette.accent}" fill-opacity="0.22"/>` +
    `<path d="${archPath(grow(window, unit * 3.4))}" fill="${palette.middle}" fill-opacity="0.25"/>` +
    `<path d="${archPath(grow(window, unit * 1.5))}" fill="${palette.deep}"/>`;
  const lettering = { anchor, colour: palette.ink, rule: palette.accent, stand: 'middle' } as const;

  return {
    ground: sharp(svg(width, height, wall)),
    layers: [
      await cutOut(photo, window, `<path d="${archPath({ ...window, x: 0, y: 0 })}" fill="#fff"/>`),
      { input: svg(width, height, drawWords(prompt, words, lettering)) },
    ],
  };
};

/** A rectangle whose upper edge is half a circle. */
function archPath({ x, y, width, height }: Box): string {
  const r = width / 2;
  return `M${x} ${y + height}V${y + r}a${r} ${r} 0 0 1 ${width} 0V${y + height}z`;
}

function grow({ x, y, width, height }: Box, by: number): Box {
  return { x: x - by, y: y - by, width: width + by * 2, height: height + by * 2 };
}
