import { shallowRef } from 'vue';
import { needsPrivacyAgreement } from '../../platform/privacy.ts';
import { storedUserValue } from '../../platform/storage.ts';

/** The person has confirmed, on this device, that it may use photos of whoever is in them. */
export const portraitConsent = storedUserValue<'given'>('darkroom.portrait-consent', (value) =>
  value === 'given' ? value : null,
);

export interface ConsentQuestion {
  /** What is about to be touched. */
  purpose: 'photo' | 'album';
  /** The right to the portrait has to be confirmed. */
  portrait: boolean;
  /** WeChat wants its privacy guide agreed to, by a button of its own kind. */
  privacy: boolean;
}

/** What has to be agreed to before photos are chosen or saved, asked once and in one sheet. */
export function useConsent() {
  const question = shallowRef<ConsentQuestion | null>(null);
  let settle = (_isAgreed: boolean) => {};

  /** Resolves at once where nothing is left to agree to; false also when something else is asked meanwhile. */
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
