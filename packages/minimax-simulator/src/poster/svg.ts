import type { TextBlock } from './typeset.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The first family that is installed draws the text; with none of them it is drawn in whatever there is. */
export const SERIF = "'Noto Serif CJK SC','Source Han Serif SC','Songti SC',SimSun,Georgia,serif";
export const SANS =
  "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',Helvetica,Arial,sans-serif";

export function svg(width: number, height: number, content: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`,
  );
}

export function linearGradient(id: string, direction: 'down' | 'right', stops: [string, number, number][]): string {
  const end = direction === 'down' ? 'x2="0" y2="1"' : 'x2="1" y2="0"';
  const drawn = stops.map(
    ([colour, at, opacity]) => `<stop offset="${at}" stop-color="${colour}" stop-opacity="${opacity}"/>`,
  );
  return `<linearGradient id="${id}" x1="0" y1="0" ${end}>${drawn.join('')}</linearGradient>`;
}

/** A light that fades outwards; all of it from `solidTo` inwards. */
export function glow(id: string, colour: string, solidTo: number, opacity: number): string {
  return `<radialGradient id="${id}"><stop offset="${solidTo}" stop-color="${colour}" stop-opacity="${opacity}"/><stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>`;
}

interface TextStyle {
  x: number;
  /** Top of the first line. */
  y: number;
  anchor: 'start' | 'middle';
  colour: string;
  family: string;
  weight: number;
  opacity?: number;
}

export const LINE_HEIGHT = 1.32;

export function drawText({ lines, sizePx }: TextBlock, style: TextStyle): string {
  const drawn = lines.map((line, index) => {
    const baseline = style.y + sizePx * (0.98 + index * LINE_HEIGHT);
    return `<text x="${style.x}" y="${baseline.toFixed(1)}">${escapeXml(line)}</text>`;
  });
  return `<g font-family="${style.family}" font-size="${sizePx.toFixed(1)}" font-weight="${style.weight}" text-anchor="${style.anchor}" fill="${style.colour}" fill-opacity="${style.opacity ?? 1}">${drawn.join('')}</g>`;
}

/** XML has no way to write most control characters, not even escaped. */
function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
  );
}
