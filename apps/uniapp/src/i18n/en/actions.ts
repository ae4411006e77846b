import type { Messages } from '../zh.ts';

export const actions: Messages['actions'] = {
  retry: 'Try again',
  retryIn: (seconds) => `Try again in ${seconds} s`,
  running: 'See what is running',
  retryPaid: 'Generate again (may be charged again)',
  edit: 'Change and try again',
  reload: 'Read again',
  home: 'Back to start',
  confirmRetryTitle: 'Generate again?',
  confirmRetry: 'This makes a new job and may be charged again.',
  confirm: 'Generate',
  dismiss: 'Not now',
};

export const charge: Messages['charge'] = {
  label: 'Charge',
  no: 'Nothing was charged.',
  yes: 'This was charged.',
  unknown:
    'Whether it was charged is not known: the request was sent and no certain answer came. The MiniMax bill will tell.',
  none: 'No job was made and nothing was charged.',
  unanswered: 'No answer yet. Trying again with the same submission never orders twice.',
};
