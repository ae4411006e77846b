import { settings as en } from './en/settings.ts';
import { inLanguage } from './language.ts';
import { settings as zh } from './zh/settings.ts';

/** The words of the settings alone. */
export const settingsText = inLanguage({ zh, en });
