/**
 * Opens a page anew when its address was changed by hand, as by a pasted link: uni-app would keep the page that is open, with
 * the job of the old address. Only browsers have an address.
 */
export function watchAddress(): void {
  // #ifdef H5
  // After uni-app's own listener: where that has opened the page of the new address, there is nothing to do.
  window.addEventListener('hashchange', () => setTimeout(reloadStalePage));
  // #endif
}

function reloadStalePage(): void {
  const address = window.location.hash.slice(1);
  // Not in its types; uni-app's pages have it on every platform.
  const page = getCurrentPages().at(-1) as { $page?: { fullPath: string } } | undefined;
  // The first page goes by a short address, and is found by uni-app.
  const isFirst = address === '' || address === '/';
  if (page?.$page && !isFirst && page.$page.fullPath !== address) window.location.reload();
}
