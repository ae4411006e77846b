import type { Words } from './words.ts';
import { consent } from './zh/consent.ts';
import { form, replaceDraft, resume } from './zh/form.ts';
import { photo } from './zh/photo.ts';
import { issue, issueOfImage, requestFailures, uploadProblems, uploadSpaceFull } from './zh/request-failures.ts';

/**
 * Chinese texts of the main package, one file per area. `Messages` is the shape every other language must have. Texts of a
 * subpackage are separate (for example i18n/settings.ts) and are bundled with it.
 */
export const zh = {
  languageName: '中文',
  otherLanguage: 'EN',
  switchLanguage: 'EN: switch to English',
  back: '返回',
  settings: '设置',
  history: '我的图片',
  unread: (count: number) => `${count} 项已结束，还没有看过`,
  offline: '网络已断开，恢复后会接着更新。',
  aiGenerated: 'AI生成',
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

/** Shape of the table: the same keys with any text. */
export type Messages = Words<typeof zh>;
