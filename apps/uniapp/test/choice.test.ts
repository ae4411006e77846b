import { expect, it } from 'vitest';
import { choiceByKey } from '../src/ui/choice.ts';

const choices = [1, 2, 3].map((value) => ({ value, label: String(value) }));
const press = (key: string) => Object.assign(new Event('keydown'), { key });

it.each([
  ['ArrowRight', 1, 2],
  ['ArrowDown', 3, 1],
  ['ArrowLeft', 1, 3],
  ['ArrowUp', 2, 1],
  ['Enter', 1, null],
])('moves the choice on %s from %s to %s', (key, from, to) => {
  expect(choiceByKey(choices, from, press(key))).toBe(to);
});
