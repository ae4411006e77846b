import { SANS } from './svg.ts';

/** Says in every picture that no model drew it. */
export function simulatedMark(width: number, height: number): string {
  const size = Math.min(width, height) * 0.017;
  const [w, h, margin] = [size * 9.2, size * 2.1, size * 2.3];
  const [x, y] = [width - margin - w, margin];
  return (
    `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${h / 2}" fill="#000" fill-opacity="0.38"/>` +
    `<text x="${x + w / 2 + size * 0.07}" y="${y + h / 2 + size * 0.36}" font-family="${SANS}" font-size="${size}" font-weight="700" letter-spacing="${size * 0.14}" text-anchor="middle" fill="#fff" fill-opacity="0.92">SIMULATED</text>`
  );
}

/** The visible label that `aigc_watermark` asks for: GB 45438-2025 wants glyphs of at least 5 % of the shorter side. */
export function aigcWatermark(width: number, height: number): string {
  const size = Math.min(width, height) * 0.052;
  return `<text x="${width - size * 0.6}" y="${height - size * 0.6}" font-family="${SANS}" font-size="${size}" font-weight="700" text-anchor="end" fill="#fff" fill-opacity="0.9" stroke="#000" stroke-opacity="0.35" stroke-width="${size * 0.04}">AI生成</text>`;
}
