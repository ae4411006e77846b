/** Late enough for the first page to have loaded. */
const AFTER_MS = 1_500;

/**
 * Preloads the browser's other pages: opening one offline that was never loaded would show uni-app's own error. Failures are
 * ignored. In mini programs the preloadRule in pages.json does the same.
 */
export function preloadPages(): void {
  // #ifdef H5
  setTimeout(() => {
    const pages = [
      import('./pages/discover/generation-loading.vue'),
      import('./pages/discover/generation-result.vue'),
      import('./pages/history/history.vue'),
      import('./pages/settings/settings.vue'),
      import('./pages/settings/privacy.vue'),
    ];
    for (const page of pages) page.catch(() => {});
  }, AFTER_MS);
  // #endif
}
