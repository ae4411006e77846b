/** Moves a browser's focus to the first match inside an element. Mini programs have no focus. */
export function focusIn(element: unknown, selector: string): void {
  // #ifdef H5
  if (element instanceof HTMLElement) element.querySelector<HTMLElement>(selector)?.focus();
  // #endif
}
