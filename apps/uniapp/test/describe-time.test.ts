import { expect, it } from 'vitest';
import { describeTime } from '../src/features/history/describe-time.ts';
import { history as en } from '../src/i18n/en/history.ts';
import { history as zh } from '../src/i18n/zh/history.ts';

const at = (...parts: [year: number, month: number, day: number, hour: number, minute: number]) =>
  new Date(...parts).getTime();
const now = at(2026, 10, 23, 0, 5);

it.each([
  [at(2026, 10, 23, 0, 1), '今天 00:01', 'today, 00:01'],
  [at(2026, 10, 22, 23, 59), '昨天 23:59', 'yesterday, 23:59'],
  [at(2026, 10, 21, 9, 30), '11月21日 09:30', '21 Nov, 09:30'],
  [at(2025, 0, 2, 9, 30), '2025年1月2日 09:30', '2 Jan 2025, 09:30'],
])('formats the time %s relative to today in Chinese and English', (then, inChinese, inEnglish) => {
  expect(describeTime(then, now, zh.time)).toBe(inChinese);
  expect(describeTime(then, now, en.time)).toBe(inEnglish);
});
