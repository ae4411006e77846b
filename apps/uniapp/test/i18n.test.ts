import { JOB_ERRORS, REQUEST_ERRORS } from '@darkroom/contracts/errors';
import { describe, expect, it } from 'vitest';
import { crop as enCrop } from '../src/i18n/en/crop.ts';
import { history as enHistory } from '../src/i18n/en/history.ts';
import { job as enJob } from '../src/i18n/en/job.ts';
import { result as enResult } from '../src/i18n/en/result.ts';
import { settings as enSettings } from '../src/i18n/en/settings.ts';
import { en as enMessages } from '../src/i18n/en.ts';
import { crop as zhCrop } from '../src/i18n/zh/crop.ts';
import { history as zhHistory } from '../src/i18n/zh/history.ts';
import { job as zhJob } from '../src/i18n/zh/job.ts';
import { result as zhResult } from '../src/i18n/zh/result.ts';
import { settings as zhSettings } from '../src/i18n/zh/settings.ts';
import { zh as zhMessages } from '../src/i18n/zh.ts';

const zh = {
  ...zhMessages,
  ...zhJob,
  cropScreen: zhCrop,
  historyPage: zhHistory,
  resultPage: zhResult,
  settingsPage: zhSettings,
};
const en = {
  ...enMessages,
  ...enJob,
  cropScreen: enCrop,
  historyPage: enHistory,
  resultPage: enResult,
  settingsPage: enSettings,
};

type Table = { [key: string]: unknown };

/** Every text with its path; texts that take values are tried with numbers, which all of them do. */
function textsOf(table: Table, path = ''): [string, string][] {
  return Object.entries(table).flatMap(([key, value]): [string, string][] => {
    const here = path ? `${path}.${key}` : key;
    if (typeof value === 'string') return [[here, value]];
    if (typeof value === 'function') return [[here, String(value(2, 9))]];
    return textsOf(value as Table, here); // the tables hold nothing else
  });
}

const pathsOf = (table: Table) => textsOf(table).map(([path]) => path);

/** Chinese on purpose: the mark that the law asks for, and the names of languages in their own words. */
const CHINESE_IN_ENGLISH = ['aiGenerated', 'otherLanguage', 'switchLanguage'];

describe('the messages', () => {
  it('have the same keys in both languages', () => {
    expect(pathsOf(en)).toEqual(pathsOf(zh));
  });

  it.each([
    ['zh', zh],
    ['en', en],
  ])('have no empty text in %s', (_language, table) => {
    expect(textsOf(table).filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('contain no Chinese in the English texts', () => {
    const chinese = textsOf(en).filter(
      ([path, text]) => /\p{Script=Han}/u.test(text) && !CHINESE_IN_ENGLISH.includes(path),
    );
    expect(chinese).toEqual([]);
  });

  it('cover exactly the error codes of the contract', () => {
    expect(Object.keys(zh.jobFailures).sort()).toEqual(Object.keys(JOB_ERRORS).sort());
    const requestCodes = [...Object.keys(REQUEST_ERRORS), 'network', 'bad_answer'].sort();
    expect([...Object.keys(zh.requestFailures), ...Object.keys(zh.jobRequestFailures)].sort()).toEqual(requestCodes);
  });

  it('fit the buttons of WeChat’s dialogs, which hold four Chinese characters', () => {
    const answers = [zh.cancelDialog.confirm, zh.cancelDialog.keep, zh.actions.confirm, zh.actions.dismiss];
    expect(
      [...answers, zh.resultPage.openSettings, zh.resultPage.notNow].filter((answer) => [...answer].length > 4),
    ).toEqual([]);
  });
});
