/** Safe area of the app's own title bar beside the system's status bar and WeChat's capsule, in px. */
export interface TitleBar {
  top: number;
  height: number;
  /** Space for WeChat's capsule on the right. */
  right: number;
}

export function measureTitleBar(): TitleBar {
  let bar: TitleBar = { top: 0, height: 56, right: 0 };
  // #ifdef MP-WEIXIN
  const { statusBarHeight = 0, windowWidth } = uni.getWindowInfo();
  const capsule = uni.getMenuButtonBoundingClientRect();
  const gap = Math.max(4, capsule.top - statusBarHeight);
  bar = { top: statusBarHeight, height: capsule.height + 2 * gap, right: windowWidth - capsule.left };
  // #endif
  return bar;
}
