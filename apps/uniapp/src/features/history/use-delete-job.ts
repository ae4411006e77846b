import type { ImageJob } from '@darkroom/contracts';
import { type ImageApiError, isImageApiError } from '@darkroom/sdk';
import { ref } from 'vue';
import { api } from '../../api.ts';
import { historyText } from '../../i18n/history.ts';
import { jobText } from '../../i18n/job.ts';
import { confirm } from '../../ui/confirm.ts';
import { forgetDeleted } from '../create/forget-deleted.ts';
import { describeCancel } from '../job/describe-wait.ts';
import { hasEnded } from '../job/job-status.ts';

/** Optimistic deletion: `deleted` jobs are hidden, `undeleted` ones came back with a reason. */
export function useDeleteJob() {
  const deleted = ref<ReadonlySet<string>>(new Set());
  const undeleted = ref<ReadonlyMap<string, ImageApiError>>(new Map());

  /** Confirms, hides the job at once and restores it when the request fails. */
  async function askToDelete(job: ImageJob): Promise<void> {
    const { title, ended, confirm: yes, keep: no } = historyText.value.deleteDialog;
    const content = hasEnded(job) ? ended : describeCancel(job, jobText.value);
    if (!(await confirm({ title, content, yes, no }))) return;
    const { job_id } = job;
    deleted.value = new Set(deleted.value).add(job_id);
    undeleted.value = new Map([...undeleted.value].filter(([id]) => id !== job_id));
    try {
      await api.delete(job_id);
      forgetDeleted(job);
    } catch (error) {
      if (!isImageApiError(error)) throw error;
      if (error.code === 'job_not_found') return forgetDeleted(job); // gone all the same
      deleted.value = new Set([...deleted.value].filter((id) => id !== job_id));
      undeleted.value = new Map(undeleted.value).set(job_id, error);
    }
  }

  return { deleted, undeleted, askToDelete };
}
