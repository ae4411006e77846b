/**
 * WeChat blocks photos and album until the user agreed to the mini program's registered privacy guide. We ask with our own
 * text and a button with `open-type="agreePrivacyAuthorization"`; otherwise WeChat asks by itself. https://developers.weixin.qq.com/miniprogram/dev/framework/user-privacy/PrivacyAuthorize.html
 */
export function needsPrivacyAgreement(): Promise<boolean> {
  let asking = Promise.resolve(false);
  // #ifdef MP-WEIXIN
  asking = askWeChat();
  // #endif
  return asking;
}

/** WeChat's page with the privacy guide in full. */
export function openPrivacyGuide(): void {
  // #ifdef MP-WEIXIN
  uni.openPrivacyContract({});
  // #endif
}

function askWeChat(): Promise<boolean> {
  // Before 2.32.3 there was no such rule, and no way to ask.
  if (!uni.canIUse('getPrivacySetting')) return Promise.resolve(false);
  return new Promise((resolve) => {
    uni.getPrivacySetting({
      success: ({ needAuthorization }) => resolve(needAuthorization),
      fail: () => resolve(false),
    });
  });
}
