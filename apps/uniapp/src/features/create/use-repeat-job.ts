import type { CreateImage, ImageJob } from '@darkroom/contracts';
import { referencesOf } from '@darkroom/contracts/references';
import { jobText } from '../../i18n/job.ts';
import { text } from '../../i18n/language.ts';
import { goHome, replaceWithDraft } from '../../routes.ts';
import { confirm } from '../../ui/confirm.ts';
import { drafts } from './draft.ts';
import { storedForm, toForm } from './request-form.ts';

/** Two actions on an ended job; both are the user's choice and never reuse its key. */
export function useRepeatJob() {
  /** Creates the same job again, after confirming its cost and the replacement of a stored draft. */
  async function createAgain(job: ImageJob): Promise<void> {
    const { actions } = jobText.value;
    const { confirmAgainTitle: title, confirm: yes, dismiss: no } = actions;
    const isFree = 'charged' in job && job.charged === 'no';
    const cost = isFree ? actions.confirmAgain : actions.confirmAgainPaid;
    const content = drafts.read() === null ? cost : `${cost} ${text.value.replaceDraft.content}`;
    if (!(await confirm({ title, content, yes, no }))) return;
    drafts.prepareAnew(job.request, findPhotoUrl(job.request));
    replaceWithDraft();
  }

  /** Opens the form with the job's request. */
  function changeRequest(request: CreateImage): void {
    storedForm.write(toForm(request, findPhotoUrl(request)));
    goHome();
  }

  return { createAgain, changeRequest };
}

/** The photo's link: a job has none, but the stored form does while it names the same upload. */
function findPhotoUrl(request: CreateImage): string | null {
  const photo = storedForm.read()?.photo;
  return photo && photo.image_file === referencesOf(request)[0]?.image_file ? photo.url : null;
}
