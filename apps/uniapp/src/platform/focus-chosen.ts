/** Moves a browser's focus to the chosen one of a group of choices, as its arrow keys do. Phones have no such focus. */
export function focusChosen(group: unknown): void {
  // #ifdef H5
  if (group instanceof HTMLElement) group.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
  // #endif
}
