import { expect, it, vi } from 'vitest';
import { useSwipe } from '../src/features/result/use-swipe.ts';

const at = (clientX: number, clientY: number) => ({ clientX, clientY });

it.each([
  ['to the left', [at(300, 400)], at(200, 410), [1]],
  ['to the right', [at(100, 400)], at(190, 380), [-1]],
  ['too short', [at(100, 400)], at(130, 400), []],
  ['down more than across', [at(100, 400)], at(160, 500), []],
  ['two fingers', [at(100, 400), at(200, 400)], at(250, 400), []],
])('a finger drawn %s', (_how, touches, end, turns) => {
  const turn = vi.fn<(by: number) => void>();
  const swipe = useSwipe(turn);
  swipe.start({ touches });
  swipe.end({ changedTouches: [end] });
  expect(turn.mock.calls.flat()).toEqual(turns);
});

it('an end without a start, as of a finger that came from outside, turns nothing', () => {
  const turn = vi.fn();
  const swipe = useSwipe(turn);
  swipe.end({ changedTouches: [at(0, 0)] });
  swipe.end({});
  expect(turn).not.toHaveBeenCalled();
});
