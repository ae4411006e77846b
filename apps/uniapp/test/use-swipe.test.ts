import { expect, it, vi } from 'vitest';
import { useSwipe } from '../src/features/result/use-swipe.ts';

const at = (clientX: number, clientY: number) => ({ clientX, clientY });

it.each([
  ['forward on a swipe to the left', [at(300, 400)], at(200, 410), [1]],
  ['back on a swipe to the right', [at(100, 400)], at(190, 380), [-1]],
  ['nowhere on a swipe that is too short', [at(100, 400)], at(130, 400), []],
  ['nowhere on a movement more vertical than horizontal', [at(100, 400)], at(160, 500), []],
  ['nowhere on a touch with two fingers', [at(100, 400), at(200, 400)], at(250, 400), []],
])('navigates %s', (_how, touches, end, turns) => {
  const turn = vi.fn<(by: number) => void>();
  const swipe = useSwipe(turn);
  swipe.start({ touches });
  swipe.end({ changedTouches: [end] });
  expect(turn.mock.calls.flat()).toEqual(turns);
});

it('ignores a touch end without a touch start', () => {
  const turn = vi.fn();
  const swipe = useSwipe(turn);
  swipe.end({ changedTouches: [at(0, 0)] });
  swipe.end({});
  expect(turn).not.toHaveBeenCalled();
});
