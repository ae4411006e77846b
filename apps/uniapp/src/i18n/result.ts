import { result as en } from './en/result.ts';
import { inLanguage } from './language.ts';
import { result as zh } from './zh/result.ts';

/** Texts of the result page. */
export const resultText = inLanguage({ zh, en });
