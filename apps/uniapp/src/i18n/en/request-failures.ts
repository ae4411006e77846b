import { uploadProblemTexts } from '@darkroom/contracts/upload-problems';
import type { Messages } from '../zh.ts';

export const requestFailures: Messages['requestFailures'] = {
  invalid_request: {
    title: 'Something in the form is not valid',
    reason: 'One of the settings was rejected.',
    next: 'Change it and submit again.',
  },
  unauthenticated: {
    title: 'Your sign-in has expired',
    reason: 'Your session is no longer valid.',
    next: 'Sign in and try again.',
  },
  not_found: {
    title: 'Page not found',
    reason: 'The app may need an update.',
    next: 'Update the app and try again.',
  },
  payload_too_large: {
    title: 'The photo is too large',
    reason: 'It exceeds the size limit.',
    next: 'Use a photo of up to 20 MB.',
  },
  unsupported_media_type: {
    title: 'This file type is not supported',
    reason: 'The service cannot process it.',
    next: 'Use a JPEG or PNG photo.',
  },
  unsupported_image: {
    title: 'The photo cannot be read',
    reason: 'The file may be damaged or in an unsupported format.',
    next: 'Choose another photo.',
  },
  rate_limited: {
    title: 'Too many requests',
    reason: 'You submitted too many within a minute.',
    next: 'Wait a moment and try again.',
  },
  quota_exceeded: {
    title: 'Daily limit reached',
    reason: 'You have reached the limit for 24 hours.',
    next: 'Come back later or tomorrow.',
  },
  draining: {
    title: 'The service is restarting',
    reason: 'It will be back shortly.',
    next: 'Wait a moment and try again.',
  },
  unavailable: {
    title: 'The service is unavailable',
    reason: 'Its storage is down right now.',
    next: 'Try again later.',
  },
  internal: {
    title: 'Something went wrong',
    reason: 'This is an error on our side. It has been logged.',
    next: 'Try again later.',
  },
  network: {
    title: 'The service cannot be reached',
    reason: 'The network is down, or the service does not respond.',
    next: 'Check the network and try again.',
  },
  bad_answer: {
    title: 'Unexpected response',
    reason: 'The address may be wrong, or the service is under maintenance.',
    next: 'Try again later.',
  },
};

const FIELDS: Record<string, string> = {
  prompt: 'The description',
  aspect_ratio: 'The aspect ratio',
  width: 'The width',
  height: 'The height',
  n: 'The number of images',
  subject_reference: 'The photo',
  references: 'The reference',
  area: 'The resolution',
  size: 'The size',
  model: 'The mode',
  style: 'The style',
  seed: 'The seed',
};

export const issue: Messages['issue'] = (field) => `${FIELDS[field] ?? 'One of the settings'} is not accepted.`;

export const issueOfImage: Messages['issueOfImage'] = (place, problem) => `Image ${place}: ${problem}`;

export const uploadProblems: Messages['uploadProblems'] = uploadProblemTexts('en');

export const uploadSpaceFull: Messages['uploadSpaceFull'] = {
  title: 'No space for more photos',
  reason: 'Your uploaded photos use all the space of your account.',
  next: 'Use a photo you have already uploaded, or delete jobs you no longer need.',
};
