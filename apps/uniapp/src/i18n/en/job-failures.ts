import type { Messages } from '../zh.ts';

export const jobFailures: Messages['jobFailures'] = {
  provider_timeout: {
    title: 'It took too long',
    reason: 'MiniMax gave no result within the time limit.',
    next: 'Generate again now, or come back in a few minutes.',
  },
  provider_unavailable: {
    title: 'The generator is out of reach',
    reason: 'MiniMax could not be reached, or its answer could not be read.',
    next: 'Wait a few minutes, then generate again.',
  },
  provider_error: {
    title: 'The generator failed',
    reason: 'MiniMax reported an error of its own.',
    next: 'Generate again; if it keeps happening, change the description.',
  },
  provider_rate_limited: {
    title: 'The generator is too busy',
    reason: 'There are too many requests, and waiting did not help.',
    next: 'Generate again in a few minutes.',
  },
  provider_auth: {
    title: 'The service is not set up yet',
    reason: 'MiniMax did not accept this service’s credentials.',
    next: 'Please tell the operator; trying again will not help.',
  },
  provider_balance: {
    title: 'The service has run out of credit',
    reason: 'Its balance or plan at MiniMax is used up.',
    next: 'Please tell the operator; trying again will not help.',
  },
  provider_rejected: {
    title: 'These settings were refused',
    reason: 'MiniMax does not take these settings or this photo.',
    next: 'Use another photo or change the description.',
  },
  content_rejected: {
    title: 'The content was blocked',
    reason: 'MiniMax checked the description before it began, and something in it is not allowed.',
    next: 'Put it in other words and try again.',
  },
  no_images: {
    title: 'No picture came back',
    reason: 'MiniMax answered, but without a single picture.',
    next: 'Change the description and generate again.',
  },
  download_failed: {
    title: 'The pictures could not be fetched',
    reason: 'They were made, but downloading them failed for too long.',
    next: 'You can generate again; that is charged again.',
  },
  outcome_unknown: {
    title: 'The outcome is not known',
    reason: 'The service restarted in the middle and never saw MiniMax’s answer.',
    next: 'Whether to generate again is your choice.',
  },
  expired: {
    title: 'It waited too long',
    reason: 'The job ended in the queue and was never sent.',
    next: 'You can generate again now.',
  },
  canceled: {
    title: 'The job was canceled',
    reason: 'It was stopped as you asked.',
    next: 'You can generate again at any time.',
  },
  internal: {
    title: 'Something went wrong',
    reason: 'The fault is ours and has been recorded.',
    next: 'You can generate again later.',
  },
};

export const contentRejections: Messages['contentRejections'] = {
  promptOrPhoto: {
    title: 'The content was blocked',
    reason:
      'MiniMax checked the description and the photo before it began, and something in one of them is not allowed.',
    next: 'Change the description or use another photo.',
  },
  result: {
    title: 'The picture was blocked',
    reason: 'MiniMax made it, but it did not pass the safety check and was not delivered.',
    next: 'Describe something else; the same words will most likely meet the same end.',
  },
};
