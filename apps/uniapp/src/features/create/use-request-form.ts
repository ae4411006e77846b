import { computed, reactive, watch } from 'vue';
import { text } from '../../i18n/language.ts';
import { useOnline } from '../../platform/use-online.ts';
import { chooseModel, offer } from './offered-models.ts';
import { EMPTY_FORM, type RequestForm, storedForm, toRequest, valuesFor } from './request-form.ts';
import { contradictsPlainPrompt, findPromptProblem, promptMax } from './request-rules.ts';
import { useReferences } from './use-references.ts';

/** The stored form, saved on every change, what the chosen model takes of it, and what prevents submitting it. */
export function useRequestForm() {
  const form = reactive<RequestForm>(storedForm.read() ?? { ...EMPTY_FORM });
  const references = useReferences(form.references);
  const isOnline = useOnline();
  watch(references.ready, (ready) => {
    form.references = ready;
  });
  watch(form, (left) => storedForm.write(left));

  const choice = computed(() => chooseModel(form.model, offer.value));
  const model = computed(() => choice.value.model);
  const values = computed(() => valuesFor(form, model.value));
  /** Items that the model takes, also those that are not uploaded yet. */
  const taken = computed(() => references.items.value.slice(0, model.value.references.max));
  const maxPrompt = computed(() => promptMax(model.value, taken.value.length > 0));
  const isAny = (status: string) => taken.value.some(({ upload }) => upload.state.value.status === status);

  /** Text of what prevents submitting; null when nothing does. A chosen photo that is not uploaded yet does. */
  const obstacle = computed(() => {
    const texts = text.value.form;
    if (!isOnline.value) return texts.needNetwork;
    if (!choice.value.isOffered) return texts.needModel;
    if (isAny('uploading')) return texts.waitForUpload;
    if (isAny('failed')) return texts.needUpload;
    const problem = findPromptProblem(form.prompt, maxPrompt.value);
    if (problem !== null) return problem === 'empty' ? texts.needPrompt : texts.needShorterPrompt;
    return contradictsPlainPrompt(values.value) ? texts.plainPromptConflict : null;
  });

  return { form, references, choice, model, values, maxPrompt, obstacle, request: () => toRequest(form, model.value) };
}
