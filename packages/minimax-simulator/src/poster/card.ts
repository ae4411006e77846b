import type { OverlayOptions, Sharp } from 'sharp';
import { type Bitmap, blurred, cutOut } from './bitmap.ts';
import type { Palette } from './palette.ts';
import type { Random } from './random.ts';
import { drawReferenceGrid } from './reference-grid.ts';
import { type Box, drawText, LINE_HEIGHT, linearGradient, SANS, SERIF, svg } from './svg.ts';
import { fitText, splitTitle, type TextBlock } from './typeset.ts';

interface Canvas {
  /** Pixels. */
  width: number;
  height: number;
  /** Shown in the card, unless there are `references`; and behind it. */
  subject: Bitmap;
  /** Shown in the card with their numbers. */
  references: (Bitmap | null)[];
  /** Empty if no installed font can draw it. */
  prompt: string;
  palette: Palette;
  random: Random;
}

interface Composed {
  /** Fills the canvas. */
  background: Sharp;
  /** In drawing order: the lowest layer first. */
  layers: OverlayOptions[];
}

/** Width divided by height above which subject and text are side by side. */
const WIDE_RATIO = 1.25;

/** Composes a card over a blurred copy of the subject, with the prompt beside or below it. */
export async function composeCard(canvas: Canvas): Promise<Composed> {
  const { width, height, subject, references, prompt, palette, random } = canvas;
  const { frame, textBox, anchor } = layOut(width, height);
  const radius = Math.min(frame.width, frame.height) * 0.07;
  const tilt = (random() < 0.5 ? -1 : 1) * (3 + random() * 2);
  const [cx, cy] = [frame.x + frame.width / 2, frame.y + frame.height / 2];

  const back =
    `<defs>${linearGradient('veil', 'down', [
      [palette.deep, 0, 0.66],
      [palette.ink, 1, 0.9],
    ])}</defs>` +
    `<rect width="${width}" height="${height}" fill="url(#veil)"/>` +
    `<rect x="${frame.x}" y="${frame.y}" width="${frame.width}" height="${frame.height}" rx="${radius}" fill="${palette.accent}" transform="rotate(${tilt} ${cx} ${cy})"/>` +
    shadow(frame, radius);
  const front =
    `<rect x="${frame.x}" y="${frame.y}" width="${frame.width}" height="${frame.height}" rx="${radius}" fill="none" stroke="${palette.paper}" stroke-opacity="0.85" stroke-width="${radius * 0.14}"/>` +
    drawPrompt(prompt, textBox, anchor, { text: palette.paper, rule: palette.accent });
  const shape = `<rect width="${frame.width}" height="${frame.height}" rx="${radius}" fill="#fff"/>`;

  return {
    background: await blurred(subject, width, height),
    layers: [
      { input: svg(width, height, back) },
      ...(references.length > 0
        ? await drawReferenceGrid(references, frame, canvas, palette)
        : [await cutOut(subject, frame, shape)]),
      { input: svg(width, height, front) },
    ],
  };
}

/** A soft shadow from 8 stacked rectangles. An SVG blur would cost more CPU than the rest of the image. */
function shadow({ x, y, width, height }: Box, radius: number): string {
  return Array.from({ length: 8 }, (_, index) => {
    const by = (radius * (index + 1)) / 7;
    return `<rect x="${x - by}" y="${y - by + radius * 0.25}" width="${width + by * 2}" height="${height + by * 2}" rx="${radius + by}" fill="#000" fill-opacity="0.045"/>`;
  }).join('');
}

/** Boxes of the subject and the text: side by side on wide canvases, otherwise one above the other. */
function layOut(width: number, height: number): { frame: Box; textBox: Box; anchor: 'start' | 'middle' } {
  if (width > height * WIDE_RATIO) {
    const side = Math.min(height * 0.78, width * 0.42);
    const frame = { x: width * 0.075, y: (height - side) / 2, width: side, height: side };
    const x = frame.x + side + width * 0.055;
    return { frame, textBox: { x, y: height * 0.12, width: width * 0.93 - x, height: height * 0.76 }, anchor: 'start' };
  }
  const top = height * 0.085;
  const frame = { x: width * 0.15, y: top, width: width * 0.7, height: Math.min(height * 0.56, width * 0.92) };
  const y = top + frame.height + height * 0.035;
  return { frame, textBox: { x: width * 0.09, y, width: width * 0.82, height: height * 0.945 - y }, anchor: 'middle' };
}

interface TextColours {
  text: string;
  /** Colour of the thin line between title and text. */
  rule: string;
}

/** Draws the prompt as a title, a line and, for longer prompts, a few smaller lines of text. */
function drawPrompt(prompt: string, box: Box, anchor: 'start' | 'middle', colours: TextColours): string {
  if (prompt === '') return '';
  const { title, rest } = splitTitle(prompt);
  const isFlat = box.height < box.width * 0.3;
  const titleLines = isFlat ? 1 : 2;
  // The divisors are chosen so that title, line and text together fill the height of the box.
  const unit = Math.min(Math.sqrt(box.width * box.height) / 10, box.height / (isFlat ? 6.2 : 8.5));
  const fit = { widthPx: box.width, maxLines: titleLines, largestPx: unit * 2.1, smallestPx: unit * 0.9 };
  const heading = fitText(title, fit);
  const body = fitText(rest, { ...fit, maxLines: titleLines + 1, largestPx: unit * 0.62, smallestPx: unit * 0.5 });
  const gap = heading.sizePx * 0.42;
  const ruleGap = gap * 2;
  const total = heightOf(heading) + ruleGap + heightOf(body);
  const top = box.y + (box.height - total) * 0.5;
  const x = anchor === 'middle' ? box.x + box.width / 2 : box.x;
  const ruleWidth = unit * 1.5;
  const ruleX = anchor === 'middle' ? x - ruleWidth / 2 : x;
  const ruleY = top + heightOf(heading) + gap;
  return (
    drawText(heading, { x, y: top, anchor, colour: colours.text, family: SERIF, weight: 700 }) +
    `<rect x="${ruleX}" y="${ruleY}" width="${ruleWidth}" height="${Math.max(2, unit * 0.07)}" fill="${colours.rule}"/>` +
    drawText(body, { x, y: ruleY + gap, anchor, colour: colours.text, family: SANS, weight: 400, opacity: 0.86 })
  );
}

function heightOf({ lines, sizePx }: TextBlock): number {
  return lines.length * sizePx * LINE_HEIGHT;
}
