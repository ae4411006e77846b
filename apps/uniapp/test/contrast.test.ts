import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../src/design/tokens.css', import.meta.url), 'utf8');
/** Every colour of one theme: its own, and those that both have. */
function tokensOf(theme: string): Map<string, string> {
  const blocks = [...css.matchAll(/([^{}]*)\{([^{}]*)\}/g)].filter(([, selector = '']) => selector.includes(theme));
  const colours = blocks.flatMap(([, , block = '']) => [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)]);
  return new Map(colours.map(([, name = '', color = '']) => [name, color]));
}

/** WCAG 2.2, relative luminance. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

/** Text on its grounds, as the components pair them; 4.5 is AA. */
const TEXT_PAIRS = [
  ['text', 'ground'],
  ['text', 'surface'],
  ['text', 'accent-soft'],
  ['text-soft', 'ground'],
  ['text-soft', 'surface'],
  ['text-soft', 'surface-sunk'],
  ['accent', 'ground'],
  ['accent', 'surface'],
  ['accent', 'accent-soft'],
  ['on-accent', 'accent'],
  ['notice', 'ground'],
  ['notice', 'notice-soft'],
  ['text', 'notice-soft'],
  ['film-mark', 'film'],
  ['on-film', 'film'],
] as const;

/** What is no text but has to be seen; 3 is AA. */
const SHAPE_PAIRS = [
  ['line-strong', 'ground'],
  ['line-strong', 'surface'],
  ['accent', 'line'],
] as const;

describe.each([
  ['light', tokensOf('.theme-light')],
  ['dark', tokensOf('.theme-dark')],
])('the %s theme', (_theme, tokens) => {
  const between = (one: string, other: string) => contrast(tokens.get(one) ?? '', tokens.get(other) ?? '');

  it.each(TEXT_PAIRS)('has a contrast of at least 4.5 for the text colour %s on %s', (one, other) => {
    expect(between(one, other)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SHAPE_PAIRS)('has a contrast of at least 3 for the shape colour %s on %s', (one, other) => {
    expect(between(one, other)).toBeGreaterThanOrEqual(3);
  });
});
