import type { CreateImageInput } from '@darkroom/contracts';
import { text } from '../../i18n/language.ts';
import { confirm } from '../../ui/confirm.ts';
import { drafts } from './draft.ts';

/** Asks before a stored draft of another request is replaced; true when there is none. */
export async function confirmReplaceDraft(request: CreateImageInput): Promise<boolean> {
  return !drafts.replacesAnother(request) || confirm(text.value.replaceDraft);
}
