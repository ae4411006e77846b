import type { Messages } from '../zh.ts';
import { plural } from './plural.ts';

const EXTRAS: Record<string, string> = {
  width: 'Width',
  height: 'Height',
  size: 'Size',
  seed: 'Seed',
  prompt_optimizer: 'Rewrite the description',
  aigc_watermark: 'Watermark',
  style: 'Style',
  disable_prompt_enhanced: 'Prompt as written',
};

const STYLES: Record<string, string> = { 漫画: 'comic', 元气: 'energetic', 中世纪: 'medieval', 水彩: 'watercolour' };

function describeValue(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value)
    .map((part) => STYLES[String(part)] ?? String(part))
    .join(' ');
}

export const form: Messages['form'] = {
  title: 'New image',
  headline: 'Develop a photo\nall over again',
  model: 'Mode',
  models: {
    'image-01': {
      label: 'Portrait',
      note: () => 'Puts the person in your photo into the image',
    },
    'image-01-live': {
      label: 'Art style',
      note: () => 'Comic, watercolour and other styles',
    },
    'MiniMax-H3-Image': {
      label: 'Free edit',
      note: (max) => `Combines and edits up to ${max} references, in 1K to 4K`,
    },
    'MiniMax-H3-Image-Highspeed': {
      label: 'Fast',
      note: (max) => `Like Free edit with up to ${max} references, but faster`,
    },
  },
  needModel: 'This mode is no longer offered. Choose another one.',
  price: (units) => `price ×${units}`,
  priceNote: (isKnown, isEstimate) =>
    `×1 is one ${isKnown ? 'Portrait' : 'image-01'} image${isEstimate ? '; multiples are estimates' : ''}`,
  autoRatio: 'Auto',
  area: 'Resolution',
  areaName: (area, units) => `${area}, about ${units} times the price`,
  extras: 'Settings kept from the request',
  extra: (field, value) => `${EXTRAS[field] ?? field}: ${describeValue(value)}`,
  extraUnused: (label) => `${label} (not used in this mode)`,
  removeExtra: (label) => `Remove ${label}`,
  plainPromptConflict: '“Prompt as written” needs an aspect ratio and no references. Change these or remove it.',
  prompt: 'Describe the image',
  promptPlaceholder: 'For example: by the sea at dawn, backlit, film grain, smiling at the camera',
  promptCount: (used, max) => `${used} of ${max} characters`,
  promptTooLong: (over) => `${plural(over, 'character')} too many`,
  ratio: 'Aspect ratio',
  count: 'Images',
  countOf: (n) => plural(n, 'image'),
  submit: (n) => `Make ${plural(n, 'image')}`,
  submitPrice: (units) => `About the price of ${units} Portrait images`,
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
