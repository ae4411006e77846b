import type { OverlayOptions, Sharp } from 'sharp';
import type { Palette } from './palette.ts';
import type { Photo } from './photo.ts';
import type { Random } from './random.ts';
import { type Box, drawText, LINE_HEIGHT, SANS, SERIF } from './svg.ts';
import { fitText, splitTitle, type TextBlock } from './typeset.ts';

/** What a composition has to work with. */
export interface Canvas {
  width: number;
  height: number;
  photo: Photo;
  /** Empty when no font can draw it. */
  prompt: string;
  palette: Palette;
  random: Random;
}

/** A ground that fills the canvas, and what lies on it, from the bottom up. */
export interface Composed {
  ground: Sharp;
  layers: OverlayOptions[];
}

export type Composition = (canvas: Canvas) => Promise<Composed>;

/** Wide enough for picture and words side by side. */
export function isWide(width: number, height: number): boolean {
  return width > height * 1.25;
}

/** A place for the picture and a place for the words: side by side where there is room, else one above the other. */
export function divide(width: number, height: number): { picture: Box; words: Box; anchor: 'start' | 'middle' } {
  if (isWide(width, height)) {
    const side = Math.min(height * 0.78, width * 0.42);
    const picture = { x: width * 0.075, y: (height - side) / 2, width: side, height: side };
    const x = picture.x + side + width * 0.055;
    return { picture, words: { x, y: height * 0.12, width: width * 0.93 - x, height: height * 0.76 }, anchor: 'start' };
  }
  const top = height * 0.085;
  const picture = { x: width * 0.15, y: top, width: width * 0.7, height: Math.min(height * 0.56, width * 0.92) };
  const y = top + picture.height + height * 0.035;
  return { picture, words: { x: width * 0.09, y, width: width * 0.82, height: height * 0.945 - y }, anchor: 'middle' };
}

interface Lettering {
  anchor: 'start' | 'middle';
  colour: string;
  /** The thin rule between title and text. */
  rule: string;
  /** Where the words stand in their box. */
  stand: 'middle' | 'bottom';
}

/** The prompt as a title, a rule and, if there is more to say, a few smaller lines. */
export function drawWords(prompt: string, box: Box, { anchor, colour, rule, stand }: Lettering): string {
  if (prompt === '') return '';
  const { title, rest } = splitTitle(prompt);
  const isFlat = box.height < box.width * 0.3;
  const titleLines = isFlat ? 1 : 2;
  // In these units the title, the rule and the text fill the height of the box.
  const unit = Math.min(Math.sqrt(box.width * box.height) / 10, box.height / (isFlat ? 6.2 : 8.5));
  const fit = { widthPx: box.width, maxLines: titleLines, largestPx: unit * 2.1, smallestPx: unit * 0.9 };
  const heading = fitText(title, fit);
  const body = fitText(rest, { ...fit, maxLines: titleLines + 1, largestPx: unit * 0.62, smallestPx: unit * 0.5 });
  const gap = heading.sizePx * 0.42;
  const ruleGap = gap * 2;
  const total = heightOf(heading) + ruleGap + heightOf(body);
  const top = box.y + (box.height - total) * (stand === 'middle' ? 0.5 : 1);
  const x = anchor === 'middle' ? box.x + box.width / 2 : box.x;
  const ruleWidth = unit * 1.5;
  const ruleX = anchor === 'middle' ? x - ruleWidth / 2 : x;
  const ruleY = top + heightOf(heading) + gap;
  return (
    drawText(heading, { x, y: top, anchor, colour, family: SERIF, weight: 700 }) +
    `<rect x="${ruleX}" y="${ruleY}" width="${ruleWidth}" height="${Math.max(2, unit * 0.07)}" fill="${rule}"/>` +
    drawText(body, { x, y: ruleY + gap, anchor, colour, family: SANS, weight: 400, opacity: 0.86 })
  );
}

function heightOf({ lines, sizePx }: TextBlock): number {
  return lines.length * sizePx * LINE_HEIGHT;
}
