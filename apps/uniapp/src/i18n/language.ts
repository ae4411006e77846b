import { computed, ref, watchEffect } from 'vue';
import { labelDocument } from '../platform/label-document.ts';
import { storedValue } from '../platform/storage.ts';
import { en } from './en.ts';
import { type Messages, zh } from './zh.ts';

export type Language = 'zh' | 'en';

const TABLES: Record<Language, Messages> = { zh, en };

const override = storedValue<Language>('darkroom.language', (value) =>
  value === 'zh' || value === 'en' ? value : null,
);

const language = ref<Language>(override.read() ?? (uni.getLocale().startsWith('zh') ? 'zh' : 'en'));

watchEffect(() => labelDocument(language.value));

/** The texts in the person's language: the system's, until they choose another. */
export const text = computed(() => TABLES[language.value]);

export function switchLanguage(): void {
  language.value = language.value === 'zh' ? 'en' : 'zh';
  override.write(language.value);
}
