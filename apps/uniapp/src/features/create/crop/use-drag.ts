interface DragDeps {
  /** Px on the screen. */
  move(x: number, y: number): void;
  /** A factor. */
  zoom(by: number): void;
  /** `handle`: what was taken hold of. */
  resize(handle: string, x: number, y: number): void;
}

/** The part of a browser's PointerEvent and WheelEvent that is read. */
interface Pointer {
  pointerId: number;
  clientX: number;
  clientY: number;
}

const WHEEL_STEEPNESS = 0.002;

/** Fingers and mouse on one surface: one pointer moves, or pulls at a handle; two pinch. */
export function useDrag({ move, zoom, resize }: DragDeps) {
  const pointers = new Map<number, Pointer>();
  let held: string | null = null;

  const apart = () => {
    const [a, b] = [...pointers.values()];
    return a && b ? Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) : 0;
  };

  return {
    start(event: Event, handle: string | null = null): void {
      if (!isPointer(event)) return;
      pointers.set(event.pointerId, event);
      held = pointers.size === 1 ? handle : null;
      if (event.currentTarget instanceof HTMLElement) event.currentTarget.setPointerCapture(event.pointerId);
    },
    go(event: Event): void {
      const last = isPointer(event) ? pointers.get(event.pointerId) : undefined;
      if (!last || !isPointer(event)) return;
      const before = apart();
      pointers.set(event.pointerId, event);
      const [x, y] = [event.clientX - last.clientX, event.clientY - last.clientY];
      if (before > 0) zoom(apart() / before);
      else if (held) resize(held, x, y);
      else move(x, y);
    },
    end(event: Event): void {
      if (isPointer(event)) pointers.delete(event.pointerId);
      held = null;
    },
    wheel(event: Event): void {
      if (!('deltaY' in event)) return;
      event.preventDefault();
      zoom(Math.exp(-Number(event.deltaY) * WHEEL_STEEPNESS));
    },
  };
}

function isPointer(event: Event): event is Event & Pointer {
  return 'pointerId' in event && 'clientX' in event;
}
