import type { Words } from './words.ts';
import { actions, charge } from './zh/actions.ts';
import { consent } from './zh/consent.ts';
import { form, keptOrder, resume } from './zh/form.ts';
import { contentRejections, jobFailures } from './zh/job-failures.ts';
import { cancelDialog, loading } from './zh/loading.ts';
import { crop, photo } from './zh/photo.ts';
import { issue, orderKept, requestFailures, retryAfter } from './zh/request-failures.ts';

/**
 * What every page carries, in Chinese, a file an area. `Messages`, its shape, is what any other language has to fill. Words of
 * a subpackage alone stand in an area of their own, such as i18n/settings.ts, and travel with it.
 */
export const zh = {
  languageName: '中文',
  otherLanguage: 'EN',
  switchLanguage: 'EN: switch to English',
  back: '返回',
  settings: '设置',
  history: '我的图片',
  news: (count: number) => `${count} 项已结束，还没有看过`,
  offline: '网络已断开，恢复后会接着更新。',
  aiGenerated: 'AI生成',
  form,
  photo,
  crop,
  consent,
  resume,
  keptOrder,
  loading,
  cancelDialog,
  actions,
  charge,
  jobFailures,
  contentRejections,
  requestFailures,
  orderKept,
  retryAfter,
  issue,
};

/** The shape of the table: the same keys, any words. */
export type Messages = Words<typeof zh>;
