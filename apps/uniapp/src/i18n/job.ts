import { computed } from 'vue';
import { job as en } from './en/job.ts';
import { inLanguage, text } from './language.ts';
import type { Words } from './words.ts';
import { job as zh } from './zh/job.ts';

/** Texts about a job that was created, for the pages that follow, list and repeat jobs. */
export const jobText = inLanguage<JobMessages>({ zh, en });

export type JobMessages = Words<typeof zh>;

/** The same together with the texts of the main package. */
export const allText = computed(() => ({ ...text.value, ...jobText.value }));
