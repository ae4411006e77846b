import type { Words } from '../../i18n/words.ts';
import type { history } from '../../i18n/zh/history.ts';

type TimeWords = Words<(typeof history)['time']>;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Relative date in the user's time zone. Mini programs have no full Intl. Both in ms since 1970. */
export function describeTime(thenMs: number, nowMs: number, words: TimeWords): string {
  const then = new Date(thenMs);
  const clock = `${two(then.getHours())}:${two(then.getMinutes())}`;
  const daysAgo = Math.round((midnight(nowMs) - midnight(thenMs)) / DAY_MS); // days of a changing clock are not all as long
  if (daysAgo === 0) return words.today(clock);
  if (daysAgo === 1) return words.yesterday(clock);
  const year = then.getFullYear() === new Date(nowMs).getFullYear() ? null : then.getFullYear();
  return words.day(then.getMonth(), then.getDate(), year, clock);
}

function midnight(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

const two = (number: number) => String(number).padStart(2, '0');
