import { expect, test } from 'vitest';
import { takeTurns } from '../measure/take-turns.ts';

test('measures both sides in turn, with equal counts and after equal warm-up', async () => {
  const order: string[] = [];
  const side = (name: string, costs: number) => {
    let used = 0;
    const work = async (times: number) => {
      order.push(`${name} ${times}`);
      used += times * costs;
    };
    return { work, read: () => used };
  };

  const taken = await takeTurns({ bare: side('bare', 2), ours: side('ours', 5) }, { rounds: 2, times: 3, warmUp: 7 });

  expect(order).toEqual(['bare 7', 'ours 7', 'bare 3', 'ours 3', 'bare 3', 'ours 3']);
  expect(taken.bare.samples).toEqual([2, 2]);
  expect(taken.ours.median).toBe(5);
});
