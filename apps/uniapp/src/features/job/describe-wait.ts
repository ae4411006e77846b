import type { ImageJob } from '@darkroom/contracts';
import type { JobMessages } from '../../i18n/job.ts';

export interface WaitDescription {
  stage: string;
  note: string;
}

/** Text for the current stage of a job. */
export function describeWait(job: ImageJob, secondsLeft: number | null, text: JobMessages): WaitDescription {
  const { loading } = text;
  if (job.status === 'PENDING') {
    return { stage: loading.pending, note: job.queue_position === 1 ? loading.nextNote : loading.pendingNote };
  }
  if (job.status === 'PROCESSING' && job.stage === 'generating') {
    const isOverdue = secondsLeft !== null && secondsLeft <= 0;
    // Whether a call is under way, or one that MiniMax did not take is to be repeated, is not told apart on the wire.
    return { stage: loading.generating, note: isOverdue ? loading.overdue : loading.generatingNote };
  }
  return { stage: loading.saving, note: loading.savingNote };
}

/** Rounded to what the estimate can support: 5 s steps, minutes from 90 s on. */
export function describeSecondsLeft(secondsLeft: number | null, { loading }: JobMessages): string {
  if (secondsLeft === null || secondsLeft <= 0) return loading.noEstimate;
  if (secondsLeft >= 90) return loading.minutes(Math.round(secondsLeft / 60));
  return loading.seconds(secondsLeft <= 5 ? Math.ceil(secondsLeft) : Math.ceil(secondsLeft / 5) * 5);
}

/** What canceling now would cost. */
export function describeCancel(job: ImageJob, { cancelDialog }: JobMessages): string {
  if (job.status === 'PENDING') return cancelDialog.free;
  if (job.status === 'PROCESSING' && job.assets) return cancelDialog.someArrived;
  return job.status === 'PROCESSING' && job.stage === 'saving' ? cancelDialog.charged : cancelDialog.maybeCharged;
}
