import type { CreateImage } from '@darkroom/contracts';
import { text } from '../../i18n/language.ts';
import { goHome, replaceWithDraft } from '../../routes.ts';
import { confirm } from '../../ui/confirm.ts';
import { drafts } from './draft.ts';
import { storedForm, toForm } from './order-form.ts';

/** The two ways on from a job that has ended; each is the person's choice, and never the same key. */
export function useOrderAgain() {
  /** The same order as a new job, after a word about its cost. */
  async function orderAgain(order: CreateImage, photoUrl: string | null): Promise<void> {
    const { confirmRetryTitle, confirmRetry, confirm: yes, dismiss } = text.value.actions;
    if (!(await confirm({ title: confirmRetryTitle, content: confirmRetry, yes, no: dismiss }))) return;
    drafts.prepareAnew(order, photoUrl);
    replaceWithDraft();
  }

  /** Back to the form, filled in as it was. */
  function changeOrder(order: CreateImage, photoUrl: string | null): void {
    storedForm.write(toForm(order, photoUrl));
    goHome();
  }

  return { orderAgain, changeOrder };
}
