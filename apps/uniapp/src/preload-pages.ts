/** After this the first page stands, on any line. */
const AFTER_MS = 1_500;

/**
 * Fetches the browser's other pages before they are asked for: opened without a network, one that is not here yet would be
 * uni-app's own error. What fails is fetched when it is opened. In mini programs the preloadRule in pages.json does the same.
 */
export function preloadPages(): void {
  // #ifdef H5
  setTimeout(() => {
    void Promise.allSettled([
      import('./pages/discover/generation-loading.vue'),
      import('./pages/discover/generation-result.vue'),
      import('./pages/history/history.vue'),
      import('./pages/settings/settings.vue'),
      import('./pages/settings/privacy.vue'),
    ]);
  }, AFTER_MS);
  // #endif
}
