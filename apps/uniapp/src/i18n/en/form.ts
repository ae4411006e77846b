import type { Messages } from '../zh.ts';
import { plural } from './plural.ts';

export const form: Messages['form'] = {
  title: 'New image',
  headline: 'Develop a photo\nall over again',
  prompt: 'Describe the image',
  promptPlaceholder: 'For example: by the sea at dawn, backlit, film grain, smiling at the camera',
  promptCount: (used, max) => `${used} of ${max} characters`,
  promptTooLong: (over) => `${plural(over, 'character')} too many`,
  ratio: 'Aspect ratio',
  count: 'Images',
  countOf: (n) => plural(n, 'image'),
  submit: (n) => `Make ${plural(n, 'image')}`,
  submitHint: 'Each generation is charged. One submission creates exactly one job.',
  needPrompt: 'Describe the image first',
  needShorterPrompt: 'The description is too long',
  needNetwork: 'You are offline',
  waitForUpload: 'Waiting for the photo to upload',
  needUpload: 'The photo failed to upload. Replace or remove it.',
};

export const resume: Messages['resume'] = {
  running: (count) => (count === 1 ? 'A job is running' : `${count} jobs are running`),
  unanswered: 'Your last request has not been sent yet',
  COMPLETED: 'Your images are ready',
  FAILED: 'A job failed',
  open: 'Open',
  look: 'View',
};

export const replaceDraft: Messages['replaceDraft'] = {
  title: 'Replace your last request?',
  content: 'Your last request has not been sent yet. The new one replaces it on this device.',
  yes: 'Replace',
  no: 'Keep it',
};
