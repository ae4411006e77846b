import { result as en } from './en/result.ts';
import { inLanguage } from './language.ts';
import { result as zh } from './zh/result.ts';

/** The words of the result page alone. */
export const resultText = inLanguage({ zh, en });
