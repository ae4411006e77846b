import type { Messages } from '../zh.ts';

export const photo: Messages['photo'] = {
  title: 'Portrait',
  optional: 'optional',
  hint: 'A clear, frontal portrait: the person in it will appear in the new pictures',
  add: 'Choose or take a photo',
  change: 'Change',
  remove: 'Remove',
  uploading: 'Uploading…',
  ready: 'Uploaded',
  again: 'Upload again',
  alt: 'The chosen portrait',
};
