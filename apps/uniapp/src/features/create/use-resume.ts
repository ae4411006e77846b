import type { CreateImageInput } from '@darkroom/contracts';
import { computed, ref } from 'vue';
import { text } from '../../i18n/language.ts';
import { openDraft, openHistory, openJob, openResult } from '../../routes.ts';
import { deviceJobs } from '../job/device-jobs.ts';
import { type Draft, drafts, isSameRequest } from './draft.ts';
import { useJobUpdates } from './use-job-updates.ts';

/** A banner that resumes unfinished work. */
export interface Banner {
  to: 'draft' | 'ended' | 'running';
  label: string;
  /** Label of its action. */
  actionLabel: string;
}

/** Unfinished work for the home page: an unsent draft, running jobs, and jobs that ended unseen. */
export function useResume() {
  const unanswered = ref<Draft | null>(null);
  const { ended, running, follow, pause } = useJobUpdates();

  const banners = computed<Banner[]>(() => {
    const { resume } = text.value;
    const [end] = ended.value;
    const count = running.value.length;
    return [
      ...(unanswered.value ? [{ to: 'draft', label: resume.unanswered, actionLabel: resume.open } as const] : []),
      ...(end ? [{ to: 'ended', label: resume[end.status], actionLabel: resume.look } as const] : []),
      ...(count > 0 ? [{ to: 'running', label: resume.running(count), actionLabel: resume.open } as const] : []),
    ];
  });
  const unread = computed(() => (ended.value.length > 0 ? text.value.unread(ended.value.length) : null));

  function show(): Promise<void> {
    unanswered.value = drafts.read();
    return follow();
  }

  function resume(to: Banner['to']): void {
    const [runningId, ...more] = running.value;
    if (to === 'draft') openDraft();
    else if (to === 'ended') lookAtEnd();
    else if (runningId === undefined || more.length > 0) openHistory('running');
    else openJob(runningId);
  }

  function lookAtEnd(): void {
    const [end] = ended.value;
    if (!end) return;
    deviceJobs.forget(end.job_id);
    if (end.status === 'COMPLETED') openResult(end.job_id);
    else openJob(end.job_id);
  }

  /** The job of this draft, if its answer arrived after the page was shown: submitting again would be a mistake. */
  function findLateJob(request: CreateImageInput): string | null {
    const draft = unanswered.value;
    if (!draft || !isSameRequest(draft.request, request)) return null;
    const job = deviceJobs.read().find(({ idempotencyKey }) => idempotencyKey === draft.idempotencyKey);
    return job?.job_id ?? null;
  }

  return { banners, unread, show, pause, resume, findLateJob };
}
