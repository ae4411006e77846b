import type { Messages } from '../zh.ts';

export const photo: Messages['photo'] = {
  title: 'Portrait',
  optional: 'optional',
  hint: 'A clear, front-facing portrait. This person will appear in the new images.',
  add: 'Choose a photo',
  camera: 'Take a photo',
  change: 'Change',
  crop: 'Crop',
  remove: 'Remove',
  cancel: 'Cancel upload',
  uploading: 'Uploading',
  checking: 'Checking the photo',
  ready: 'Uploaded',
  readyNote: 'This person will appear in the new images',
  again: 'Upload again',
  alt: 'The chosen portrait',
  expired: 'The photo has expired',
  expiredNote: 'Uploads are kept for only a few days. Please upload it again.',
  notAgreed: 'No photo is used without your agreement. You can continue without one, or tap to read it again.',
  refused: 'This app has no access to your camera or album. Allow it in the system settings and try again.',
};

export const crop: Messages['crop'] = {
  title: 'Crop the photo',
  area: 'Crop area: drag to move the photo, pinch or scroll to zoom, or use the arrow keys',
  shapes: { original: 'Original', square: 'Square', portrait: '3:4', landscape: '4:3', free: 'Free' },
  shape: 'Aspect ratio',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  cancel: 'Cancel',
  done: 'Done',
  failed: 'Could not crop this photo; the original is used',
};
