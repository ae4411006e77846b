import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Crop, changeCrop, cropArea, wholeCrop, ZOOM_MAX } from '../src/features/create/crop/crop-area.ts';

const PHOTO = { width: 1200, height: 900 };

describe('a crop', () => {
  it('covers the whole photo at first', () => {
    expect(cropArea(PHOTO, wholeCrop(PHOTO))).toEqual({ x: 0, y: 0, width: 1200, height: 900 });
  });

  it.each([
    [1, { x: 150, y: 0, width: 900, height: 900 }],
    [2, { x: 0, y: 150, width: 1200, height: 600 }],
  ])('covers the largest centred area with an aspect ratio of %s : 1', (ratio, area) => {
    expect(cropArea(PHOTO, wholeCrop(PHOTO, ratio))).toEqual(area);
  });

  it('shrinks around the same centre when the zoom grows', () => {
    const crop = changeCrop(PHOTO, wholeCrop(PHOTO, 1), { zoom: 2 });
    expect(cropArea(PHOTO, crop)).toEqual({ x: 375, y: 225, width: 450, height: 450 });
  });

  it('stops at the edge of the photo, and moves back from there without a dead zone', () => {
    const atEdge = changeCrop(PHOTO, wholeCrop(PHOTO, 1), { middle: { x: 9_999, y: 450 } });
    expect(cropArea(PHOTO, atEdge).x).toBe(300);
    const back = changeCrop(PHOTO, atEdge, { middle: { x: atEdge.middle.x - 10, y: 450 } });
    expect(cropArea(PHOTO, back).x).toBe(290);
  });

  it('stays inside the photo and keeps its aspect ratio through any sequence of changes', () => {
    const side = fc.integer({ min: 16, max: 8_000 });
    const change = fc.record<Partial<Crop>>(
      {
        ratio: fc.double({ min: 0.3, max: 3, noNaN: true }),
        zoom: fc.double({ min: 0.01, max: 99, noNaN: true }),
        middle: fc.record({ x: fc.integer({ min: -9_000, max: 9_000 }), y: fc.integer({ min: -9_000, max: 9_000 }) }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.record({ width: side, height: side }), fc.array(change), (photo, changes) => {
        let crop = wholeCrop(photo);
        for (const next of changes) crop = changeCrop(photo, crop, next);
        const { x, y, width, height } = cropArea(photo, crop);
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(-1e-6);
        expect(x + width).toBeLessThanOrEqual(photo.width + 1e-6);
        expect(y + height).toBeLessThanOrEqual(photo.height + 1e-6);
        expect(width / height).toBeCloseTo(crop.ratio, 6);
        expect(crop.zoom).toBeLessThanOrEqual(ZOOM_MAX);
      }),
    );
  });
});
