import type { CreateImage, ImageJob } from '@darkroom/contracts';
import { referencesOf } from '@darkroom/contracts/references';
import { text } from '../../i18n/language.ts';
import { goHome, replaceWithDraft } from '../../routes.ts';
import { confirm } from '../../ui/confirm.ts';
import { drafts } from './draft.ts';
import { storedForm, toForm } from './order-form.ts';

/** Two actions on an ended job; both are the user's choice and never reuse its key. */
export function useReorder() {
  /** Creates the same job again, after confirming its cost and the replacement of a stored draft. */
  async function orderAgain(job: ImageJob): Promise<void> {
    const { actions, keptOrder } = text.value;
    const { confirmAgainTitle: title, confirm: yes, dismiss: no } = actions;
    const isFree = 'charged' in job && job.charged === 'no';
    const cost = isFree ? actions.confirmAgain : actions.confirmAgainPaid;
    const content = drafts.read() === null ? cost : `${cost} ${keptOrder.content}`;
    if (!(await confirm({ title, content, yes, no }))) return;
    drafts.prepareAnew(job.request, findPhotoUrl(job.request));
    replaceWithDraft();
  }

  /** Opens the form with the job's request. */
  function changeOrder(order: CreateImage): void {
    storedForm.write(toForm(order, findPhotoUrl(order)));
    goHome();
  }

  return { orderAgain, changeOrder };
}

/** The photo's link: a job has none, but the stored form does while it names the same upload. */
function findPhotoUrl(order: CreateImage): string | null {
  const photo = storedForm.read()?.photo;
  return photo && photo.image_file === referencesOf(order)[0]?.image_file ? photo.url : null;
}
