/**
 * Reloads when the address was edited by hand, for example by a pasted link: uni-app would keep the open page with the old
 * job. Browsers only.
 */
export function watchAddress(): void {
  // #ifdef H5
  // Runs after uni-app's own listener, which may already have opened the new page.
  window.addEventListener('hashchange', () => setTimeout(reloadStalePage));
  // #endif
}

function reloadStalePage(): void {
  const address = window.location.hash.slice(1);
  // Not in its types; uni-app's pages have it on every platform.
  const page = getCurrentPages().slice(-1)[0] as { $page?: { fullPath: string } } | undefined;
  // uni-app handles the short address of the first page itself.
  const isFirst = address === '' || address === '/';
  if (page?.$page && !isFirst && page.$page.fullPath !== address) window.location.reload();
}
