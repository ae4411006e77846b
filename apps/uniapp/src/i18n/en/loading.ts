import type { JobMessages } from '../job.ts';

export const loading: JobMessages['loading'] = {
  title: 'In the darkroom',
  sending: 'Submitting',
  sendingNote:
    'Your request is kept on this device. If it is interrupted, the same request continues; it is never made twice.',
  connecting: 'Reading the job',
  pending: 'In the queue',
  generating: 'Generating',
  saving: 'Saving the images',
  pendingNote: 'It starts by itself when it is your turn. You may leave.',
  generatingNote: 'MiniMax is asked to draw; while it is too busy, this waits and asks again. You may leave.',
  savingNote: 'The images are made and are being fetched and compressed.',
  offline: 'You are offline. The job goes on at the server and will be shown again when you are back.',
  stale: 'No updates for a while; reconnecting. The job continues on the server.',
  leave: 'Leave, and come back later',
  overdue: 'Taking longer than expected, still going.',
  position: (place) => `Number ${place} in the queue`,
  placeUnit: 'in line',
  nextNote: 'You are next. It starts by itself when it is your turn; you may leave.',
  estimateLabel: 'Time left',
  countLabel: 'Images',
  seconds: (seconds) => `about ${seconds} s`,
  minutes: (minutes) => `about ${minutes} min`,
  noEstimate: 'no estimate yet',
  progressLabel: 'Progress',
  cancel: 'Cancel the job',
  canceling: 'Canceling…',
};

export const cancelDialog: JobMessages['cancelDialog'] = {
  title: 'Cancel this job?',
  free: 'It has not been sent to MiniMax. Canceling costs nothing.',
  maybeCharged:
    'It may already be with MiniMax, and cannot be called back from there: it may still be charged, and its images will not be shown.',
  someArrived: 'The images shown already are charged and stay. The others may still be charged, and will not be shown.',
  charged: 'The images are made and charged. Canceling means they are not kept.',
  confirm: 'Cancel job',
  keep: 'Keep waiting',
  failed: 'Could not cancel; please try again in a moment',
};
