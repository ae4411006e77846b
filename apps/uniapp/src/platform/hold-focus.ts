/** Traps a browser's focus inside an element, starting at its last focusable; the returned function restores it. */
export function holdFocus(element: unknown): () => void {
  let release = () => {};
  // #ifdef H5
  if (element instanceof HTMLElement && element.isConnected) release = hold(element);
  // #endif
  return release;
}

function hold(element: HTMLElement): () => void {
  const before = document.activeElement;
  const findStops = () => [...element.querySelectorAll<HTMLElement>('[tabindex="0"]')];
  const onTab = (event: KeyboardEvent) => {
    if (event.key !== 'Tab') return;
    event.preventDefault();
    const stops = findStops();
    const now = stops.findIndex((stop) => stop.matches(':focus'));
    stops[(now + (event.shiftKey ? -1 : 1) + stops.length) % stops.length]?.focus();
  };
  element.addEventListener('keydown', onTab);
  findStops().pop()?.focus();
  return () => {
    element.removeEventListener('keydown', onTab);
    if (before instanceof HTMLElement) before.focus();
  };
}
