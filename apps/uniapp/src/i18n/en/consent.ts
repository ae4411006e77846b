import type { Messages } from '../zh.ts';

export const consent: Messages['consent'] = {
  photoTitle: 'Before a photo is used',
  albumTitle: 'Before saving to your album',
  portrait: 'I confirm that the person in the photo is me, or has agreed to this use.',
  use: 'The photo is uploaded to this service and handed to MiniMax to make new pictures; uploads are deleted after a few days.',
  photoPrivacy: 'WeChat wants you to agree to this mini program’s privacy guide before it opens camera and album.',
  albumPrivacy: 'WeChat wants you to agree to this mini program’s privacy guide before pictures go into your album.',
  guide: 'Read the privacy guide',
  agree: 'Confirm and go on',
  agreePrivacy: 'Agree and go on',
  no: 'Not now',
};
