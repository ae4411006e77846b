import type { Messages } from '../zh.ts';
import { plural } from './plural.ts';

export const form: Messages['form'] = {
  title: 'New picture',
  headline: 'Develop a photo\nall over again',
  prompt: 'Describe the picture',
  promptPlaceholder: 'For example: by the sea at dawn, backlit, film grain, smiling at the camera',
  promptCount: (used, max) => `${used} of ${max} characters`,
  promptTooLong: (over) => `${plural(over, 'character')} too many`,
  ratio: 'Shape',
  count: 'Pictures',
  countOf: (n) => plural(n, 'picture'),
  submit: (n) => `Make ${plural(n, 'picture')}`,
  submitHint: 'Every generation is charged; one submission only ever makes one job',
  needPrompt: 'First describe the picture',
  needShorterPrompt: 'The description is too long',
  needNetwork: 'You are offline; ready once you are back',
  waitForUpload: 'Ready once the photo is uploaded',
  needUpload: 'The photo was not uploaded; change or remove it',
};

export const resume: Messages['resume'] = {
  running: (count) => (count === 1 ? 'A job is running' : `${count} jobs are running`),
  unanswered: 'Your last order has not gone through yet',
  COMPLETED: 'Your pictures are ready',
  FAILED: 'A job was not made',
  open: 'Open',
  look: 'Have a look',
};

export const keptOrder: Messages['keptOrder'] = {
  title: 'Replace your last order?',
  content: 'Your last order has not gone through yet. With the new one, this device no longer keeps it.',
  yes: 'Replace',
  no: 'Keep it',
};
