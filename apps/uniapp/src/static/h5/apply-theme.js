// Runs before the first paint, from the page's head: the theme that the user chose, or else the system's. It reads what
// design/theme.ts stored; a file of its own, since the page's policy allows no inline script.
(() => {
  const stored = localStorage.getItem('darkroom.theme');
  const isDark = stored === '"dark"' || (stored !== '"light"' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.className = isDark ? 'theme-dark' : 'theme-light';
})();
