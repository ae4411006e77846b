import { settings as en } from './en/settings.ts';
import { inLanguage } from './language.ts';
import { settings as zh } from './zh/settings.ts';

/** Texts of the settings pages. */
export const settingsText = inLanguage({ zh, en });
