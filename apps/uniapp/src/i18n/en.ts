import { actions, charge } from './en/actions.ts';
import { consent } from './en/consent.ts';
import { form, resume } from './en/form.ts';
import { history } from './en/history.ts';
import { jobFailures } from './en/job-failures.ts';
import { cancelDialog, loading } from './en/loading.ts';
import { crop, photo } from './en/photo.ts';
import { requestFailures, retryAfter } from './en/request-failures.ts';
import { result } from './en/result.ts';
import { privacy, settings, signIn } from './en/settings.ts';
import type { Messages } from './zh.ts';

/** Every text of the app, in English, a file an area. */
export const en: Messages = {
  languageName: 'English',
  otherLanguage: '中文',
  switchLanguage: '切换到中文',
  back: 'Back',
  aiGenerated: 'AI生成 · AI-generated',
  form,
  photo,
  crop,
  consent,
  resume,
  loading,
  cancelDialog,
  result,
  history,
  settings,
  signIn,
  privacy,
  actions,
  charge,
  jobFailures,
  requestFailures,
  retryAfter,
};
