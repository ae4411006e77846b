import { computed, ref } from 'vue';
import { text } from '../../i18n/language.ts';
import { openDraft, openJob, openResult } from '../../routes.ts';
import { currentJob, forgetJob } from './current-job.ts';
import { drafts } from './draft.ts';
import { useNews } from './use-news.ts';

/** Where the person's last order stands, for the page that they come back to: the way on, and what ended unseen. */
export function useResume() {
  const isUnanswered = ref(false);
  const currentJobId = ref<string | null>(null);
  const { ended, follow, pause } = useNews();

  const currentEnd = computed(() => ended.value.find(({ job_id }) => job_id === currentJobId.value) ?? null);

  const banner = computed(() => {
    const { resume } = text.value;
    if (isUnanswered.value) return { label: resume.unanswered, deed: resume.open, running: true };
    if (currentJobId.value === null) return null;
    if (!currentEnd.value) return { label: resume.running, deed: resume.open, running: true };
    const label = currentEnd.value.status === 'COMPLETED' ? resume.done : resume.failed;
    return { label, deed: resume.look, running: false };
  });
  const news = computed(() => (ended.value.length > 0 ? text.value.news(ended.value.length) : null));

  function show(): Promise<void> {
    isUnanswered.value = drafts.read() !== null;
    currentJobId.value = currentJob.read()?.job_id ?? null;
    return follow();
  }

  function resume(): void {
    const jobId = currentJobId.value;
    if (isUnanswered.value || jobId === null) {
      openDraft();
      return;
    }
    const end = currentEnd.value;
    if (end) forgetJob(jobId);
    if (end?.status === 'COMPLETED') openResult(jobId);
    else openJob(jobId);
  }

  /** The job of an order that was unanswered when the page was shown, and was answered since: nobody means it twice. */
  function findLateJob(): string | null {
    const jobId = currentJob.read()?.job_id ?? null;
    return isUnanswered.value && jobId !== currentJobId.value ? jobId : null;
  }

  return { banner, news, show, pause, resume, findLateJob };
}
