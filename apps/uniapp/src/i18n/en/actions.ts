import type { JobMessages } from '../job.ts';

export const actions: JobMessages['actions'] = {
  retry: 'Try again',
  retryIn: (seconds) => `Try again in ${seconds} s`,
  running: 'Show running jobs',
  again: 'Generate again',
  againPaid: 'Generate again (may cost again)',
  edit: 'Edit and try again',
  reload: 'Reload',
  home: 'Back to home',
  confirmAgainTitle: 'Generate again?',
  confirmAgain: 'This creates a new job, which is charged as usual.',
  confirmAgainPaid: 'This creates a new job and may be charged again.',
  confirm: 'Generate',
  dismiss: 'Not now',
};

export const charge: JobMessages['charge'] = {
  label: 'Charge',
  no: 'Nothing was charged.',
  yes: 'This was charged.',
  unknown: 'It may have been charged. Only the MiniMax account shows whether it was.',
  none: 'No job was created and nothing was charged.',
  unanswered: 'No response yet. Trying again will not create a second job.',
};
