import { uploadProblemTexts } from '@darkroom/contracts/upload-problems';
import type { Messages } from '../zh.ts';
import { plural } from './plural.ts';

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
  forbidden: {
    title: 'This job is not yours',
    reason: 'This account has no access to it.',
    next: 'Switch to the account that created it.',
  },
  link_expired: {
    title: 'The image link has expired',
    reason: 'Links are valid for a limited time.',
    next: 'Reload the job for a new link.',
  },
  job_not_found: {
    title: 'Job not found',
    reason: 'It was deleted or has expired.',
    next: 'Start again from the home page.',
  },
  upload_not_found: {
    title: 'The photo has expired',
    reason: 'Uploaded photos are kept for only a few days.',
    next: 'Choose the photo again and submit.',
  },
  not_found: {
    title: 'Page not found',
    reason: 'The app may need an update.',
    next: 'Update the app and try again.',
  },
  method_not_allowed: {
    title: 'The request was not accepted',
    reason: 'The app and the service may have different versions.',
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
  idempotency_mismatch: {
    title: 'This submission conflicts with an earlier one',
    reason: 'The same submission was sent with different content.',
    next: 'Go back and submit again.',
  },
  rate_limited: {
    title: 'Too many requests',
    reason: 'You submitted too many within a minute.',
    next: 'Wait a moment and try again.',
  },
  too_many_jobs: {
    title: 'Too many of your jobs are running',
    reason: 'You have reached the limit of running jobs.',
    next: 'Wait for one to finish or cancel one, then submit again.',
  },
  quota_exceeded: {
    title: 'Daily limit reached',
    reason: 'You have reached the limit for 24 hours.',
    next: 'Come back later or tomorrow.',
  },
  queue_full: {
    title: 'The queue is full',
    reason: 'No new jobs are accepted right now.',
    next: 'Try again after the countdown.',
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

export const requestKept: Messages['requestKept'] = 'Your request is saved on this device.';

export const retryAfter: Messages['retryAfter'] = (seconds) => `Please wait ${plural(seconds, 'second')}.`;

const FIELDS: Record<string, string> = {
  prompt: 'The description',
  aspect_ratio: 'The aspect ratio',
  width: 'The width',
  height: 'The height',
  n: 'The number of images',
  subject_reference: 'The photo',
  style: 'The style',
  seed: 'The seed',
};

export const issue: Messages['issue'] = (field) => `${FIELDS[field] ?? 'One of the settings'} is not accepted.`;

export const uploadProblems: Messages['uploadProblems'] = uploadProblemTexts('en');

export const uploadSpaceFull: Messages['uploadSpaceFull'] = {
  title: 'No space for more photos',
  reason: 'Your uploaded photos use all the space of your account.',
  next: 'Use a photo you have already uploaded, or delete jobs you no longer need.',
};
