import type { JobMessages } from '../job.ts';

export const jobFailures: JobMessages['jobFailures'] = {
  provider_timeout: {
    title: 'It took too long',
    reason: 'MiniMax did not finish within the time limit.',
    next: 'Generate again now or in a few minutes.',
  },
  provider_unavailable: {
    title: 'The image generator cannot be reached',
    reason: 'MiniMax could not be reached, or its response was not readable.',
    next: 'Wait a few minutes, then generate again.',
  },
  provider_error: {
    title: 'The image generator failed',
    reason: 'MiniMax reported an internal error.',
    next: 'Generate again; if it keeps happening, change the description.',
  },
  provider_rate_limited: {
    title: 'The image generator is busy',
    reason: 'There are too many requests right now.',
    next: 'Generate again in a few minutes.',
  },
  provider_auth: {
    title: 'The service is not set up yet',
    reason: 'MiniMax did not accept this service’s credentials.',
    next: 'Please contact the operator. Trying again will not help.',
  },
  provider_balance: {
    title: 'The service is out of credit',
    reason: 'Its MiniMax balance or plan is used up.',
    next: 'Please contact the operator. Trying again will not help.',
  },
  provider_rejected: {
    title: 'These settings were rejected',
    reason: 'MiniMax does not accept these settings or this photo.',
    next: 'Use another photo or change the description.',
  },
  content_rejected: {
    title: 'The content was blocked',
    reason: 'MiniMax checked the description first, and something in it is not allowed.',
    next: 'Rephrase it and try again.',
  },
  no_images: {
    title: 'No image was returned',
    reason: 'MiniMax responded without any images.',
    next: 'Change the description and generate again.',
  },
  download_failed: {
    title: 'The images could not be downloaded',
    reason: 'They were generated, but the download kept failing.',
    next: 'You can generate again, which is charged again.',
  },
  outcome_unknown: {
    title: 'The outcome is unknown',
    reason: 'The service restarted before MiniMax responded.',
    next: 'You can decide whether to generate again.',
  },
  expired: {
    title: 'It waited too long',
    reason: 'The job expired in the queue and was never sent.',
    next: 'You can generate again now.',
  },
  canceled: {
    title: 'The job was canceled',
    reason: 'You canceled it.',
    next: 'You can generate again at any time.',
  },
  internal: {
    title: 'Something went wrong',
    reason: 'This is an error on our side. It has been logged.',
    next: 'You can generate again later.',
  },
};

export const contentRejections: JobMessages['contentRejections'] = {
  promptOrPhoto: {
    title: 'The content was blocked',
    reason: 'MiniMax checked the description and the photo first, and something in one of them is not allowed.',
    next: 'Change the description or use another photo.',
  },
  result: {
    title: 'The image was blocked',
    reason: 'It was generated but did not pass the safety check.',
    next: 'Change the description. The same one will most likely be blocked again.',
  },
};
