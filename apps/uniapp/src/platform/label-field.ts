/** Sets the accessible name on the native field inside uni-app's component. */
export function labelField(element: unknown, label: string): void {
  // #ifdef H5
  if (element instanceof HTMLElement) element.querySelector('textarea')?.setAttribute('aria-label', label);
  // #endif
}
