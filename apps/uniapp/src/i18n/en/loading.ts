import type { Messages } from '../zh.ts';

export const loading: Messages['loading'] = {
  title: 'In the darkroom',
  sending: 'Submitting',
  sendingNote: 'Your order is kept on this device. If it is interrupted it goes on as the same order, never twice.',
  connecting: 'Reading the job',
  pending: 'In the queue',
  generating: 'Generating',
  saving: 'Saving the pictures',
  pendingNote: 'It starts by itself when it is your turn. You may leave.',
  generatingNote: 'MiniMax is asked to draw; while it is too busy, this waits and asks again. You may leave.',
  savingNote: 'The pictures are made and are being fetched and compressed.',
  offline: 'You are offline. The job goes on at the server and will be shown again when you are back.',
  stale: 'No news for a while; connecting again. The job goes on at the server.',
  leave: 'Leave, and come back later',
  overdue: 'Taking longer than expected, still going.',
  position: (place) => `Number ${place} in the queue`,
  placeUnit: 'in line',
  nextNote: 'You are next. It starts by itself when it is your turn; you may leave.',
  estimateLabel: 'Time left',
  picturesLabel: 'Pictures',
  seconds: (seconds) => `about ${seconds} s`,
  minutes: (minutes) => `about ${minutes} min`,
  noEstimate: 'no estimate yet',
  progressLabel: 'Progress',
  cancel: 'Cancel the job',
  canceling: 'Canceling…',
};

export const cancelDialog: Messages['cancelDialog'] = {
  title: 'Cancel this job?',
  free: 'It has not been sent to MiniMax. Canceling costs nothing.',
  maybeCharged:
    'It may already be with MiniMax, and cannot be called back from there: it may still be charged, and its pictures will not be shown.',
  someArrived:
    'The pictures shown already are charged and stay. The others may still be charged, and will not be shown.',
  charged: 'The pictures are made and charged. Canceling means they are not kept.',
  confirm: 'Cancel job',
  keep: 'Keep waiting',
  failed: 'Could not cancel; please try again in a moment',
};
