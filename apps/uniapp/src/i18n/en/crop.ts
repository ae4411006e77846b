import type { Words } from '../words.ts';
import type { crop as zh } from '../zh/crop.ts';

export const crop: Words<typeof zh> = {
  title: 'Crop the photo',
  area: 'Crop area: drag to move the photo, pinch or scroll to zoom, or use the arrow keys',
  shapes: { original: 'Original', square: 'Square', portrait: '3:4', landscape: '4:3', free: 'Free' },
  shape: 'Aspect ratio',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  cancel: 'Cancel',
  done: 'Done',
};
