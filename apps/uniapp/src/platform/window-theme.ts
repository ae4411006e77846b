export type Theme = 'light' | 'dark';

/** Calls back with the system's theme now and at every change. */
type WatchSystem = (tell: (theme: Theme) => void) => void;

let read: () => Theme = readDevice;
let watch: WatchSystem = watchDevice;
let paint: (theme: Theme) => void = paintPageWindow;
// #ifdef H5
read = () => themeOf(darkQuery());
watch = watchBrowser;
paint = paintDocument;
// #endif

export const readSystemTheme = () => read();
export const watchSystemTheme: WatchSystem = (tell) => watch(tell);
/** Applies the theme to the window around the page. */
export const paintWindow = (theme: Theme) => paint(theme);

function readDevice(): Theme {
  return uni.getAppBaseInfo().hostTheme === 'dark' ? 'dark' : 'light';
}

function watchBrowser(tell: (theme: Theme) => void): void {
  const query = darkQuery();
  const onChange = () => tell(themeOf(query));
  // Before iOS 14 the query is no EventTarget, and has this older method alone.
  if (typeof query.addEventListener === 'function') query.addEventListener('change', onChange);
  else query.addListener(onChange);
}

function watchDevice(tell: (theme: Theme) => void): void {
  // WeChat before 2.11 knows one theme only.
  uni.onThemeChange?.(({ theme }) => tell(theme === 'dark' ? 'dark' : 'light'));
}

/** Background colours of design/tokens.css. */
function paintPageWindow(theme: Theme): void {
  const ground = theme === 'dark' ? '#110e0d' : '#f4efe7';
  const frontColor = theme === 'dark' ? '#ffffff' : '#000000';
  uni.setNavigationBarColor?.({ frontColor, backgroundColor: ground });
  uni.setBackgroundColor?.({ backgroundColor: ground, backgroundColorTop: ground, backgroundColorBottom: ground });
  uni.setBackgroundTextStyle?.({ textStyle: theme === 'dark' ? 'light' : 'dark' });
}

function paintDocument(theme: Theme): void {
  const { documentElement } = document;
  documentElement.className = `theme-${theme}`;
  const ground = getComputedStyle(documentElement).getPropertyValue('--ground').trim();
  for (const meta of document.querySelectorAll('meta[name=theme-color]')) meta.setAttribute('content', ground);
}

function darkQuery(): MediaQueryList {
  return window.matchMedia('(prefers-color-scheme: dark)');
}

function themeOf({ matches }: { matches: boolean }): Theme {
  return matches ? 'dark' : 'light';
}
