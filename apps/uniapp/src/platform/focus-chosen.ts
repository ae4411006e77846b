/** Moves a browser's focus to the chosen option of a group. Mini programs have no focus. */
export function focusChosen(group: unknown): void {
  // #ifdef H5
  if (group instanceof HTMLElement) group.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
  // #endif
}
