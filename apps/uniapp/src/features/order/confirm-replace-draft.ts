import type { CreateImageInput } from '@darkroom/contracts';
import { text } from '../../i18n/language.ts';
import { confirm } from '../../ui/confirm.ts';
import { drafts } from './draft.ts';

/** Whether this order may become the draft: asked only where another order is kept, whose place it would take. */
export async function confirmReplaceDraft(order: CreateImageInput): Promise<boolean> {
  return !drafts.replacesAnother(order) || confirm(text.value.keptOrder);
}
