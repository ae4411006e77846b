import { actions, charge } from './zh/actions.ts';
import { consent } from './zh/consent.ts';
import { form, resume } from './zh/form.ts';
import { history } from './zh/history.ts';
import { jobFailures } from './zh/job-failures.ts';
import { cancelDialog, loading } from './zh/loading.ts';
import { crop, photo } from './zh/photo.ts';
import { requestFailures, retryAfter } from './zh/request-failures.ts';
import { result } from './zh/result.ts';
import { privacy, settings, signIn } from './zh/settings.ts';

/** Every text of the app, in Chinese, a file an area. `Messages`, its shape, is what any other language has to fill. */
export const zh = {
  languageName: '中文',
  otherLanguage: 'EN',
  switchLanguage: 'Switch to English',
  back: '返回',
  aiGenerated: 'AI生成',
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

type Wide<Text> = Text extends string
  ? string
  : Text extends (...args: infer Args) => string
    ? (...args: Args) => string
    : { [Key in keyof Text]: Wide<Text[Key]> };

/** The shape of the table: the same keys, any words. */
export type Messages = Wide<typeof zh>;
