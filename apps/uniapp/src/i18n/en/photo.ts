import type { Messages } from '../zh.ts';

export const photo: Messages['photo'] = {
  title: 'Portrait',
  optional: 'optional',
  hint: 'A clear, frontal portrait: the person in it will appear in the new pictures',
  add: 'Choose a photo',
  camera: 'Take one',
  change: 'Change',
  crop: 'Crop',
  remove: 'Remove',
  cancel: 'Stop uploading',
  uploading: 'Uploading',
  checking: 'Sent; the photo is being checked',
  ready: 'Uploaded',
  readyNote: 'The person in it will be in the new pictures',
  again: 'Upload again',
  alt: 'The chosen portrait',
  expired: 'The photo has expired',
  expiredNote: 'Uploads are kept for a few days only. Please upload it again.',
  notAgreed: 'Without your agreement no photo is used. You can make pictures without one; tap to read it again.',
  refused: 'Camera or album are closed to this app. Allow them in the system’s settings and try again.',
};

export const crop: Messages['crop'] = {
  title: 'Crop the photo',
  area: 'Crop area: drag to move the photo, pinch or scroll to zoom, or use the arrow keys',
  shapes: { original: 'Original', square: 'Square', portrait: '3:4', landscape: '4:3', free: 'Free' },
  shape: 'Shape',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  cancel: 'Cancel',
  done: 'Done',
  failed: 'This photo could not be cropped; the whole one is kept',
};
