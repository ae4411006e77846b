import type { ChosenPhoto } from './choose-photo.ts';

/** A part of a photo, in its own pixels. */
export interface CropArea {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** `page`: our own crop screen and `cutOut`. `system`: the system's, by `cropBySystem`. */
export type CropMeans = 'page' | 'system' | 'none';

/** How a photo is cropped here. WeChat has a screen of its own from 2.26.0 on, on phones; elsewhere there is none. */
export function findCropMeans(): CropMeans {
  let means: CropMeans = 'none';
  // #ifdef H5
  means = 'page';
  // #endif
  // #ifdef MP-WEIXIN
  means = uni.canIUse('cropImage') ? 'system' : 'none';
  // #endif
  return means;
}

/** WeChat's own screen, for a square; null when the user left it. */
export function cropBySystem({ previewUrl }: ChosenPhoto): Promise<ChosenPhoto | null> {
  return new Promise((resolve) => {
    uni.cropImage({
      src: previewUrl,
      cropScale: '1:1',
      success: ({ tempFilePath }) => resolve({ previewUrl: tempFilePath, source: tempFilePath, bytes: 0 }),
      fail: () => resolve(null),
    });
  });
}

/** Longer sides are scaled down: the service uses no more of a reference. */
const EDGE_PX_MAX = 2048;
const JPEG_QUALITY = 0.92;

/** The part as a photo of its own, drawn by the browser. Rejects when the photo cannot be drawn. */
export async function cutOut({ previewUrl }: ChosenPhoto, area: CropArea): Promise<ChosenPhoto> {
  const image = new Image();
  image.src = previewUrl;
  await image.decode();
  const scale = Math.min(1, EDGE_PX_MAX / Math.max(area.width, area.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(area.width * scale);
  canvas.height = Math.round(area.height * scale);
  const { x, y, width, height } = area;
  canvas.getContext('2d')?.drawImage(image, x, y, width, height, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY);
  });
  if (!blob) throw new Error('The browser could not draw the photo.');
  return { previewUrl: URL.createObjectURL(blob), source: blob, bytes: blob.size };
}
