import type { ImageJob } from '@darkroom/contracts';
import { referencesOf } from '@darkroom/contracts/references';
import { jobText } from '../../i18n/job.ts';
import { text } from '../../i18n/language.ts';
import { goHome, replaceWithDraft } from '../../routes.ts';
import { confirm } from '../../ui/confirm.ts';
import { missingUploads } from '../job/missing-upload.ts';
import { drafts } from './draft.ts';
import { storedForm } from './request-form.ts';
import { toForm } from './to-form.ts';

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
    const [first] = referencesOf(job.request);
    drafts.prepareAnew(job.request, first ? findUrl(job, first.image_file) : null);
    replaceWithDraft();
  }

  /** Opens the form with the job's request, and marks the references that the service no longer has. */
  function changeRequest(job: ImageJob): void {
    storedForm.write(toForm(job.request, (imageFile) => findUrl(job, imageFile)));
    missingUploads.value = { imageFiles: findExpired(job), why: 'expired' };
    goHome();
  }

  return { createAgain, changeRequest };
}

/** A link to a reference: an older service names none for uploads, but the stored form does while it has the same one. */
function findUrl({ request, reference_urls = [] }: ImageJob, imageFile: string): string | null {
  if (/^https?:/.test(imageFile)) return imageFile;
  const place = referencesOf(request).findIndex(({ image_file }) => image_file === imageFile);
  const kept = storedForm.read()?.references.find(({ image_file }) => image_file === imageFile);
  return reference_urls[place] ?? kept?.url ?? null;
}

function findExpired({ request, reference_urls }: ImageJob): string[] {
  const isExpired = (imageFile: string, place: number) =>
    imageFile.startsWith('upload:') && reference_urls?.[place] === null;
  return referencesOf(request)
    .filter(({ image_file }, place) => isExpired(image_file, place))
    .map(({ image_file }) => image_file);
}
