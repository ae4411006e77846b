import type { JobMessages } from '../job.ts';
import { plural } from './plural.ts';

export const jobRequestFailures: JobMessages['jobRequestFailures'] = {
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
  method_not_allowed: {
    title: 'The request was not accepted',
    reason: 'The app and the service may have different versions.',
    next: 'Update the app and try again.',
  },
  idempotency_mismatch: {
    title: 'This submission conflicts with an earlier one',
    reason: 'The same submission was sent with different content.',
    next: 'Go back and submit again.',
  },
  too_many_jobs: {
    title: 'Too many of your jobs are running',
    reason: 'You have reached the limit of running jobs.',
    next: 'Wait for one to finish or cancel one, then submit again.',
  },
  queue_full: {
    title: 'The queue is full',
    reason: 'No new jobs are accepted right now.',
    next: 'Try again after the countdown.',
  },
};

export const requestKept: JobMessages['requestKept'] = 'Your request is saved on this device.';

export const retryAfter: JobMessages['retryAfter'] = (seconds) => `Please wait ${plural(seconds, 'second')}.`;
