import { type ComputedRef, computed, ref, watchEffect } from 'vue';
import { labelDocument } from '../platform/label-document.ts';
import { storedValue } from '../platform/storage.ts';
import { en } from './en.ts';
import { type Messages, zh } from './zh.ts';

export type Language = 'zh' | 'en';
export type LanguageChoice = 'system' | Language;

const LANGUAGE_CHOICES: readonly LanguageChoice[] = ['system', 'zh', 'en'];

const stored = storedValue<LanguageChoice>(
  'darkroom.language',
  (json) => LANGUAGE_CHOICES.find((choice) => choice === json) ?? null,
);

const choice = ref<LanguageChoice>(stored.read() ?? 'system');

const language = computed<Language>(() => (choice.value === 'system' ? systemLanguage() : choice.value));
watchEffect(() => labelDocument(language.value));

/** What the user chose; `system` until then. */
export const languageChoice = computed(() => choice.value);

/** Selects the table of the user's language. */
export function inLanguage<Table>(tables: Record<Language, Table>): ComputedRef<Table> {
  return computed(() => tables[language.value]);
}

/** Texts of the main package in the user's language. */
export const text = inLanguage<Messages>({ zh, en });

/** `中文` and `English` are the names of both in every language. */
export const languageNames = { zh: zh.languageName, en: en.languageName };

export function chooseLanguage(chosen: LanguageChoice): void {
  choice.value = chosen;
  stored.write(chosen);
}

export function switchLanguage(): void {
  chooseLanguage(language.value === 'zh' ? 'en' : 'zh');
}

function systemLanguage(): Language {
  return uni.getLocale().startsWith('zh') ? 'zh' : 'en';
}
