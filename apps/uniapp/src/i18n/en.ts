import { consent } from './en/consent.ts';
import { form, replaceDraft, resume } from './en/form.ts';
import { photo } from './en/photo.ts';
import { plural } from './en/plural.ts';
import { issue, issueOfImage, requestFailures, uploadProblems, uploadSpaceFull } from './en/request-failures.ts';
import type { Messages } from './zh.ts';

/** English texts of the main package, one file per area. */
export const en: Messages = {
  languageName: 'English',
  otherLanguage: '中文',
  switchLanguage: '切换到中文',
  back: 'Back',
  settings: 'Settings',
  history: 'My images',
  unread: (count) => `${plural(count, 'finished job')} not viewed yet`,
  offline: 'You are offline. This continues when you are back online.',
  aiGenerated: 'AI生成 · AI-generated',
  form,
  photo,
  consent,
  resume,
  replaceDraft,
  requestFailures,
  issue,
  issueOfImage,
  uploadProblems,
  uploadSpaceFull,
};
