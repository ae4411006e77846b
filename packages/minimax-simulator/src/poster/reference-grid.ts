import type { OverlayOptions } from 'sharp';
import { type Bitmap, cutOut } from './bitmap.ts';
import { numberMark } from './marks.ts';
import type { Palette } from './palette.ts';
import { type Box, svg } from './svg.ts';

/** Share of a cell that separates it from the next one. */
const GAP = 0.06;

/**
 * The references in `frame`, in rows and in their order, each with its number from 1. A reference without a bitmap is an
 * empty field.
 */
export async function drawReferenceGrid(
  references: (Bitmap | null)[],
  frame: Box,
  canvas: { width: number; height: number },
  palette: Palette,
): Promise<OverlayOptions[]> {
  const columns = Math.ceil(Math.sqrt(references.length));
  const rows = Math.ceil(references.length / columns);
  const [cellWidth, cellHeight] = [frame.width / columns, frame.height / rows];
  const gap = Math.min(cellWidth, cellHeight) * GAP;
  const badge = Math.min(cellWidth, cellHeight) * 0.2;
  const layers: OverlayOptions[] = [];
  let fields = '';
  let numbers = '';
  for (const [index, reference] of references.entries()) {
    const box = {
      x: frame.x + (index % columns) * cellWidth + gap / 2,
      y: frame.y + Math.floor(index / columns) * cellHeight + gap / 2,
      width: cellWidth - gap,
      height: cellHeight - gap,
    };
    if (reference) layers.push(await cutOut(reference, box, roundedShape(box, gap)));
    else fields += `<rect ${attributes(box)} rx="${gap}" fill="${palette.middle}" stroke="${palette.paper}"/>`;
    numbers += numberMark(index + 1, box.x + badge * 0.6, box.y + badge * 0.6, badge);
  }
  const { width, height } = canvas;
  return [{ input: svg(width, height, fields) }, ...layers, { input: svg(width, height, numbers) }];
}

function roundedShape({ width, height }: Box, radius: number): string {
  return `<rect width="${width}" height="${height}" rx="${radius}" fill="#fff"/>`;
}

function attributes({ x, y, width, height }: Box): string {
  return `x="${x}" y="${y}" width="${width}" height="${height}"`;
}
