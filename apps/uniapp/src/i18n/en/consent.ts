import type { Messages } from '../zh.ts';

export const consent: Messages['consent'] = {
  photoTitle: 'Before a photo is used',
  albumTitle: 'Before saving to your album',
  portrait: 'I am the person in the photo, or that person has agreed to this use.',
  use: 'The photo is uploaded to this service and sent to MiniMax to generate new images. Uploads are deleted after a few days.',
  photoPrivacy:
    'WeChat requires you to agree to this mini program’s privacy guide before it can use your camera and album.',
  albumPrivacy: 'WeChat requires you to agree to this mini program’s privacy guide before it can save to your album.',
  guide: 'Read the privacy guide',
  agree: 'Confirm and continue',
  agreePrivacy: 'Agree and continue',
  no: 'Not now',
};
