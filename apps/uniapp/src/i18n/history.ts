import { history as en } from './en/history.ts';
import { inLanguage } from './language.ts';
import { history as zh } from './zh/history.ts';

/** Texts of the history page. */
export const historyText = inLanguage({ zh, en });
