import type { TextBlock } from './typeset.ts';

/** A rectangle in pixels, from its upper left corner. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Font families in order of preference. If none is installed, the system's fallback font is used. */
export const SERIF = "'Noto Serif CJK SC','Source Han Serif SC','Songti SC',SimSun,Georgia,serif";
/** Sans-serif families in order of preference. */
export const SANS =
  "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',Helvetica,Arial,sans-serif";

/** An SVG document of `content`, in pixels. */
export function svg(width: number, height: number, content: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`,
  );
}

/** A gradient definition. A stop is its colour, its position and its opacity, the last two from 0 to 1. */
export function linearGradient(id: string, direction: 'down' | 'right', stops: [string, number, number][]): string {
  const end = direction === 'down' ? 'x2="0" y2="1"' : 'x2="1" y2="0"';
  const drawn = stops.map(
    ([colour, at, opacity]) => `<stop offset="${at}" stop-color="${colour}" stop-opacity="${opacity}"/>`,
  );
  return `<linearGradient id="${id}" x1="0" y1="0" ${end}>${drawn.join('')}</linearGradient>`;
}

/** A radial gradient definition: full `opacity` up to the radius `solidTo` (0 to 1), then fading to transparent. */
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

/** Distance of two baselines, as a multiple of the font size. */
export const LINE_HEIGHT = 1.32;

/** Draws lines of text as SVG. */
export function drawText({ lines, sizePx }: TextBlock, style: TextStyle): string {
  const drawn = lines.map((line, index) => {
    const baseline = style.y + sizePx * (0.98 + index * LINE_HEIGHT);
    return `<text x="${style.x}" y="${baseline.toFixed(1)}">${escapeXml(line)}</text>`;
  });
  return `<g font-family="${style.family}" font-size="${sizePx.toFixed(1)}" font-weight="${style.weight}" text-anchor="${style.anchor}" fill="${style.colour}" fill-opacity="${style.opacity ?? 1}">${drawn.join('')}</g>`;
}

/** Escapes text for XML. Most control characters are removed, since XML 1.0 does not allow them even if escaped. */
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
