import { history as en } from './en/history.ts';
import { inLanguage } from './language.ts';
import { history as zh } from './zh/history.ts';

/** The words of the history alone. */
export const historyText = inLanguage({ zh, en });
