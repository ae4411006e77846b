import type { CreateImage, ImageJob } from '@darkroom/contracts';
import { text } from '../../i18n/language.ts';
import { goHome, replaceWithDraft } from '../../routes.ts';
import { confirm } from '../../ui/confirm.ts';
import { drafts } from './draft.ts';
import { storedForm, toForm } from './order-form.ts';

/** The two ways on from a job that has ended; each is the person's choice, and never the same key. */
export function useReorder() {
  /** The same order as a new job, after a word about its cost, and about an order that is still kept. */
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

  /** Back to the form, filled in as it was. */
  function changeOrder(order: CreateImage): void {
    storedForm.write(toForm(order, findPhotoUrl(order)));
    goHome();
  }

  return { orderAgain, changeOrder };
}

/** A job names its photo but does not show it; the form does, as long as it still holds the same one. */
function findPhotoUrl(order: CreateImage): string | null {
  const photo = storedForm.read()?.photo;
  return photo && photo.image_file === order.subject_reference?.[0]?.image_file ? photo.url : null;
}
