import type { Messages } from '../zh.ts';

export const actions: Messages['actions'] = {
  retry: 'Try again',
  retryIn: (seconds) => `Try again in ${seconds} s`,
  running: 'See what is running',
  again: 'Generate again',
  againPaid: 'Generate again (may be charged again)',
  edit: 'Change and try again',
  reload: 'Read again',
  home: 'Back to start',
  confirmAgainTitle: 'Generate again?',
  confirmAgain: 'This makes a new job, charged like any other.',
  confirmAgainPaid: 'This makes a new job and may be charged again.',
  confirm: 'Generate',
  dismiss: 'Not now',
};

export const charge: Messages['charge'] = {
  label: 'Charge',
  no: 'Nothing was charged.',
  yes: 'This was charged.',
  unknown: 'It may have been charged; that is not known here. The account at MiniMax tells.',
  none: 'No job was made and nothing was charged.',
  unanswered: 'No answer yet. Trying again with the same submission never orders twice.',
};
