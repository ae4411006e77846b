import { computed, reactive, watch } from 'vue';
import { text } from '../../i18n/language.ts';
import { useOnline } from '../../platform/use-online.ts';
import { EMPTY_FORM, findPromptProblem, type RequestForm, storedForm } from './request-form.ts';
import { usePhotoUpload } from './use-photo-upload.ts';

/** The stored form, saved on every change, and what prevents submitting it. */
export function useRequestForm() {
  const form = reactive<RequestForm>(storedForm.read() ?? { ...EMPTY_FORM });
  const upload = usePhotoUpload(form.photo);
  const isOnline = useOnline();
  watch(upload.state, (state) => {
    form.photo = state.status === 'ready' ? state.photo : null;
  });
  watch(form, (left) => storedForm.write(left));

  /** Text of what prevents submitting; null when nothing does. A chosen photo that is not uploaded yet does. */
  const obstacle = computed(() => {
    const { needPrompt, needShorterPrompt, needNetwork, waitForUpload, needUpload } = text.value.form;
    if (!isOnline.value) return needNetwork;
    if (upload.state.value.status === 'uploading') return waitForUpload;
    if (upload.state.value.status === 'failed') return needUpload;
    const problem = findPromptProblem(form.prompt);
    if (problem === null) return null;
    return problem === 'empty' ? needPrompt : needShorterPrompt;
  });

  return { form, upload, obstacle };
}
