import { shallowRef } from 'vue';
import { needsPrivacyAgreement } from '../../platform/privacy.ts';
import { storedUserValue } from '../../platform/storage.ts';

/** Whether the user confirmed on this device that they may use the portraits they upload. */
const portraitConsent = storedUserValue<'given'>('darkroom.portrait-consent', (value) =>
  value === 'given' ? value : null,
);

export interface ConsentQuestion {
  /** What access is needed for. */
  purpose: 'photo' | 'album';
  /** Ask to confirm the right to the portrait. */
  portrait: boolean;
  /** Ask for WeChat's privacy agreement, which needs its own button type. */
  privacy: boolean;
}

/** Asks for all consents needed before photos are chosen or images saved, in one sheet. */
export function useConsent() {
  const question = shallowRef<ConsentQuestion | null>(null);
  let settle = (_isAgreed: boolean) => {};

  /** Resolves at once when no consent is missing; false also when another question replaces this one. */
  async function ask(purpose: ConsentQuestion['purpose']): Promise<boolean> {
    answer(false);
    const portrait = purpose === 'photo' && portraitConsent.read() === null;
    const privacy = await needsPrivacyAgreement();
    if (!portrait && !privacy) return true;
    question.value = { purpose, portrait, privacy };
    return new Promise((resolve) => {
      settle = resolve;
    });
  }

  function answer(isAgreed: boolean): void {
    if (isAgreed && question.value?.portrait) portraitConsent.write('given');
    question.value = null;
    settle(isAgreed);
    settle = () => {};
  }

  return { question, ask, answer };
}
