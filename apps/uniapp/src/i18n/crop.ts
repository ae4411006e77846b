import { crop as en } from './en/crop.ts';
import { inLanguage } from './language.ts';
import { crop as zh } from './zh/crop.ts';

/** Texts of our own crop screen, which only browsers have. */
export const cropText = inLanguage({ zh, en });
