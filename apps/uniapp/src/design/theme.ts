import { computed, ref } from 'vue';
import { storedValue } from '../platform/storage.ts';
import { readSystemTheme, type Theme, watchSystemTheme } from '../platform/window-theme.ts';

export type ThemeChoice = 'system' | Theme;

export const THEME_CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

const stored = storedValue<ThemeChoice>(
  'darkroom.theme',
  (json) => THEME_CHOICES.find((choice) => choice === json) ?? null,
);

const choice = ref<ThemeChoice>(stored.read() ?? 'system');
const system = ref<Theme>(readSystemTheme());
watchSystemTheme((now) => {
  system.value = now;
});

/** What the user chose; `system` until then. */
export const themeChoice = computed(() => choice.value);

/** What is shown. */
export const theme = computed<Theme>(() => (choice.value === 'system' ? system.value : choice.value));

export function chooseTheme(chosen: ThemeChoice): void {
  choice.value = chosen;
  stored.write(chosen);
}
