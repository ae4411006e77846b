import { SANS } from './svg.ts';

/** The letters SIMULATED as strokes on a grid of about 4 by 6 units: the mark must not depend on fonts. */
const LETTERS: readonly { width: number; path: string }[] = [
  { width: 4, path: 'M4 .9Q3.4 0 2 0Q0 0 0 1.5Q0 2.7 2 3Q4 3.3 4 4.5Q4 6 2 6Q.5 6 0 5' },
  { width: 0, path: 'M0 0V6' },
  { width: 4.4, path: 'M0 6V0L2.2 3.8L4.4 0V6' },
  { width: 4, path: 'M0 0V4Q0 6 2 6Q4 6 4 4V0' },
  { width: 3.2, path: 'M0 0V6H3.2' },
  { width: 4.4, path: 'M0 6L2.2 0L4.4 6M.8 4H3.6' },
  { width: 4, path: 'M0 0H4M2 0V6' },
  { width: 3.4, path: 'M3.4 0H0V6H3.4M0 3H3' },
  { width: 4, path: 'M0 0V6H1.6Q4 6 4 3Q4 0 1.6 0Z' },
];
const LETTER_GAP = 2.1;

/** The mark SIMULATED in the upper right corner. Every image has it, since no model generated it. */
export function simulatedMark(width: number, height: number): string {
  let x = 0;
  const letters = LETTERS.map((letter) => {
    const drawn = `<path transform="translate(${x.toFixed(1)})" d="${letter.path}"/>`;
    x += letter.width + LETTER_GAP;
    return drawn;
  });
  const unit = Math.min(width, height) * 0.0022;
  const [pillWidth, pillHeight, margin] = [x - LETTER_GAP + 12, 14, 17];
  return (
    `<g transform="translate(${width - (pillWidth + margin) * unit} ${margin * unit}) scale(${unit})">` +
    `<rect width="${pillWidth}" height="${pillHeight}" rx="7" fill="#000" fill-opacity="0.4"/>` +
    `<g transform="translate(6 4)" fill="none" stroke="#fff" stroke-opacity="0.94" stroke-linecap="round" stroke-linejoin="round">${letters.join('')}</g></g>`
  );
}

/** The digits 0 to 9 as strokes on a grid of 4 by 6 units. */
const DIGITS = [
  'M0 0H4V6H0Z',
  'M2 0V6',
  'M0 0H4V3H0V6H4',
  'M0 0H4V6H0M0 3H4',
  'M0 0V3H4M4 0V6',
  'M4 0H0V3H4V6H0',
  'M4 0H0V6H4V3H0',
  'M0 0H4V6',
  'M0 0H4V6H0ZM0 3H4',
  'M4 6V0H0V3H4',
];
const DIGIT_PITCH = 6;

/** A number in a disc around the given point. `size` is the diameter of the disc in pixels. */
export function numberMark(number: number, x: number, y: number, size: number): string {
  const digits = [...String(number)].map((digit, index) => {
    return `<path transform="translate(${index * DIGIT_PITCH})" d="${DIGITS[Number(digit)]}"/>`;
  });
  const width = digits.length * DIGIT_PITCH - (DIGIT_PITCH - 4);
  return (
    `<g transform="translate(${x} ${y})"><circle r="${size / 2}" fill="#000" fill-opacity="0.62"/>` +
    `<g transform="scale(${size / 16}) translate(${-width / 2} -3)" fill="none" stroke="#fff" stroke-width="1.2" stroke-linecap="round" stroke-linejoin="round">${digits.join('')}</g></g>`
  );
}

/** The visible label for `aigc_watermark`. GB 45438-2025 requires glyphs of at least 5 % of the shorter side. */
export function aigcWatermark(width: number, height: number): string {
  const size = Math.min(width, height) * 0.052;
  return `<text x="${width - size * 0.6}" y="${height - size * 0.6}" font-family="${SANS}" font-size="${size}" font-weight="700" text-anchor="end" fill="#fff" fill-opacity="0.9" stroke="#000" stroke-opacity="0.35" stroke-width="${size * 0.04}">AI生成</text>`;
}
