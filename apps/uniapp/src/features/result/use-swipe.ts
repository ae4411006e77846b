/** The touch event fields shared by browsers and mini programs. */
interface Touch {
  clientX: number;
  clientY: number;
}

/** Minimum horizontal distance in px, and minimum ratio of horizontal to vertical movement. */
const SWIPE_PX_MIN = 48;
const FLATNESS = 1.5;

/** Detects horizontal swipes: `turn(1)` for left (next), `turn(-1)` for right (previous). */
export function useSwipe(turn: (by: 1 | -1) => void) {
  let from: Touch | null = null;

  return {
    start(event: unknown): void {
      const touches = touchesOf(event, 'touches');
      // A second finger pinches.
      from = touches.length === 1 ? (touches[0] ?? null) : null;
    },
    end(event: unknown): void {
      const [to] = touchesOf(event, 'changedTouches');
      if (!from || !to) return;
      const x = to.clientX - from.clientX;
      const y = to.clientY - from.clientY;
      from = null;
      if (Math.abs(x) >= SWIPE_PX_MIN && Math.abs(x) > FLATNESS * Math.abs(y)) turn(x < 0 ? 1 : -1);
    },
  };
}

function touchesOf(event: unknown, name: 'touches' | 'changedTouches'): Touch[] {
  if (typeof event !== 'object' || event === null || !(name in event)) return [];
  // Touches where they are at all: a TouchList in a browser, an array in a mini program.
  return Array.from((event as Record<typeof name, ArrayLike<Touch>>)[name] ?? []);
}
