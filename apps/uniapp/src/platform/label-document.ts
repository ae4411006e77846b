/** Tells a browser, and so its screen readers, which language the page speaks. Mini programs have no document. */
export function labelDocument(language: 'zh' | 'en'): void {
  // #ifdef H5
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  // #endif
}
