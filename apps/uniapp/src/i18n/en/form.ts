import type { Messages } from '../zh.ts';
import { plural } from './plural.ts';

export const form: Messages['form'] = {
  title: 'New picture',
  headline: 'Develop a photo\nall over again',
  prompt: 'Describe the picture',
  promptPlaceholder: 'For example: by the sea at dawn, backlit, film grain, smiling at the camera',
  promptCount: (used, max) => `${used} of ${max} characters`,
  promptTooLong: (over) => `${plural(over, 'character')} too many`,
  ratio: 'Aspect ratio',
  count: 'Pictures',
  countOf: (n) => plural(n, 'picture'),
  submit: (n) => `Make ${plural(n, 'picture')}`,
  submitHint: 'Each generation is charged. One submission creates exactly one job.',
  needPrompt: 'Describe the picture first',
  needShorterPrompt: 'The description is too long',
  needNetwork: 'You are offline',
  waitForUpload: 'Waiting for the photo to upload',
  needUpload: 'The photo failed to upload. Replace or remove it.',
};

export const resume: Messages['resume'] = {
  running: (count) => (count === 1 ? 'A job is running' : `${count} jobs are running`),
  unanswered: 'Your last request has not been sent yet',
  COMPLETED: 'Your pictures are ready',
  FAILED: 'A job failed',
  open: 'Open',
  look: 'View',
};

export const keptOrder: Messages['keptOrder'] = {
  title: 'Replace your last request?',
  content: 'Your last request has not been sent yet. The new one replaces it on this device.',
  yes: 'Replace',
  no: 'Keep it',
};
