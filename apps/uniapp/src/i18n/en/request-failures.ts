import { uploadProblemTexts } from '@darkroom/contracts/upload-problems';
import type { Messages } from '../zh.ts';
import { plural } from './plural.ts';

export const requestFailures: Messages['requestFailures'] = {
  invalid_request: {
    title: 'Something in the order is not right',
    reason: 'One of the settings is not accepted.',
    next: 'Change it and submit again.',
  },
  unauthenticated: {
    title: 'Your sign-in has expired',
    reason: 'The service no longer accepts it.',
    next: 'Sign in, then try again.',
  },
  forbidden: {
    title: 'This job is not yours',
    reason: 'This account may not see it.',
    next: 'Switch to the account that made it.',
  },
  link_expired: {
    title: 'The picture link has expired',
    reason: 'Links are valid for a limited time.',
    next: 'Read the job again for a new link.',
  },
  job_not_found: {
    title: 'There is no such job',
    reason: 'It may have been deleted or is past its keeping time.',
    next: 'Start again from the first page.',
  },
  upload_not_found: {
    title: 'The photo has expired',
    reason: 'Uploaded photos are kept for a few days only.',
    next: 'Choose the photo again and submit.',
  },
  not_found: {
    title: 'There is nothing at this address',
    reason: 'The app may need an update.',
    next: 'Update the app and try again.',
  },
  method_not_allowed: {
    title: 'The request was not accepted',
    reason: 'App and service may be of different versions.',
    next: 'Update the app and try again.',
  },
  payload_too_large: {
    title: 'The photo is too large',
    reason: 'It is more than the service takes.',
    next: 'Use a photo of at most 20 MB.',
  },
  unsupported_media_type: {
    title: 'This kind of content is not accepted',
    reason: 'The service does not know it.',
    next: 'Use a JPEG or PNG photo.',
  },
  unsupported_image: {
    title: 'The photo cannot be read',
    reason: 'The file may be damaged or of another format.',
    next: 'Choose another photo.',
  },
  idempotency_mismatch: {
    title: 'The submission conflicts with another',
    reason: 'The same submission was sent with other content.',
    next: 'Go back and submit once more.',
  },
  rate_limited: {
    title: 'That was too fast',
    reason: 'There were too many submissions within a minute.',
    next: 'Wait a moment and try again.',
  },
  too_many_jobs: {
    title: 'Too many of your jobs are running',
    reason: 'You have as many on the way as are allowed at once.',
    next: 'Wait for one to end, or cancel one, and submit again.',
  },
  quota_exceeded: {
    title: 'Today’s pictures are used up',
    reason: 'The limit for 24 hours is reached.',
    next: 'Come back later or tomorrow.',
  },
  queue_full: {
    title: 'The queue is full',
    reason: 'No new jobs are taken for the moment.',
    next: 'Try again when the time is up.',
  },
  draining: {
    title: 'The service is restarting',
    reason: 'It will be back in a moment.',
    next: 'Wait a moment and try again.',
  },
  unavailable: {
    title: 'The service is not available',
    reason: 'Its storage cannot be used right now.',
    next: 'Try again later.',
  },
  internal: {
    title: 'Something went wrong',
    reason: 'The fault is ours and has been recorded.',
    next: 'Try again later.',
  },
  network: {
    title: 'The service cannot be reached',
    reason: 'The network is down, or the service does not answer.',
    next: 'Check the network and try again.',
  },
  bad_answer: {
    title: 'The answer makes no sense',
    reason: 'This may be the wrong address, or the service is being maintained.',
    next: 'Try again later.',
  },
};

export const orderKept: Messages['orderKept'] = 'Your order is kept on this device.';

export const retryAfter: Messages['retryAfter'] = (seconds) => `Waiting ${plural(seconds, 'second')} is advised.`;

const FIELDS: Record<string, string> = {
  prompt: 'The description',
  aspect_ratio: 'The shape',
  width: 'The width',
  height: 'The height',
  n: 'The number of pictures',
  subject_reference: 'The photo',
  style: 'The style',
  seed: 'The seed',
};

export const issue: Messages['issue'] = (field) => `${FIELDS[field] ?? 'One of the settings'} is not accepted.`;

export const uploadProblems: Messages['uploadProblems'] = uploadProblemTexts('en');

export const uploadSpaceFull: Messages['uploadSpaceFull'] = {
  title: 'There is no room for more photos',
  reason: 'The photos that you uploaded take up all the room that an account has.',
  next: 'Use a photo that is uploaded already, or delete jobs that you no longer need.',
};
