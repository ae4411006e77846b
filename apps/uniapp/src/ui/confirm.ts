import { shallowRef } from 'vue';

export interface Question {
  title: string;
  content: string;
  yes: string;
  no: string;
}

interface OpenQuestion extends Question {
  answer(isYes: boolean): void;
}

/** The open question; the page frame shows its dialog. */
export const openQuestion = shallowRef<OpenQuestion | null>(null);

/**
 * Asks before something irreversible; false also when the page closes or asks something else. Does not use
 * `uni.showModal`: WeChat's refuses answers of more than four characters, and uni's in a browser cannot be reached by keyboard.
 */
export function confirm(question: Question): Promise<boolean> {
  openQuestion.value?.answer(false);
  return new Promise((resolve) => {
    const answer = (isYes: boolean) => {
      openQuestion.value = null;
      resolve(isYes);
    };
    openQuestion.value = { ...question, answer };
  });
}
