/** Names the browser's own field inside uni-app's, which a screen reader would otherwise meet without a name. */
export function labelField(element: unknown, label: string): void {
  // #ifdef H5
  if (element instanceof HTMLElement) element.querySelector('textarea')?.setAttribute('aria-label', label);
  // #endif
}
