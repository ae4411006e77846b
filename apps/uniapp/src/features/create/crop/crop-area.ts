import type { CropArea } from '../../../platform/crop-photo.ts';

export interface Size {
  width: number;
  height: number;
}

/** A point of the photo, in its own pixels. */
interface Point {
  x: number;
  y: number;
}

/** A frame of a shape, how far the photo is enlarged beneath it, and where its middle lies. */
export interface Crop {
  /** Width by height. */
  ratio: number;
  /** 1: as much of the photo as the frame can hold. */
  zoom: number;
  middle: Point;
}

export const ZOOM_MAX = 5;

export function wholeCrop({ width, height }: Size, ratio = width / height): Crop {
  return { ratio, zoom: 1, middle: { x: width / 2, y: height / 2 } };
}

/** The part of the photo inside the frame; it never leaves the photo. */
export function cropArea(photo: Size, { ratio, zoom, middle }: Crop): CropArea {
  const isHigher = photo.width / photo.height < ratio;
  const width = (isHigher ? photo.width : photo.height * ratio) / zoom;
  const height = width / ratio;
  return {
    x: clamp(middle.x - width / 2, 0, photo.width - width),
    y: clamp(middle.y - height / 2, 0, photo.height - height),
    width,
    height,
  };
}

/** The frame with another middle, shape or enlargement, and its middle where it came to rest. */
export function changeCrop(photo: Size, crop: Crop, change: Partial<Crop>): Crop {
  const changed = { ...crop, ...change };
  const next = { ...changed, zoom: clamp(changed.zoom, 1, ZOOM_MAX) };
  const { x, y, width, height } = cropArea(photo, next);
  return { ...next, middle: { x: x + width / 2, y: y + height / 2 } };
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
