/** Where the app's own title bar has to keep clear of the phone's and the mini program's, in px. */
export interface TitleBar {
  top: number;
  height: number;
  /** Free space on the right: WeChat lays its capsule there. */
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
