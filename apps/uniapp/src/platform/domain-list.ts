/** WeChat keeps a list of registered domains for each of these. */
type NetworkApi = 'request' | 'uploadFile' | 'downloadFile';

const explained = new Set<string>();

/**
 * Tells developers and testers of a mini program, once each and in both languages, which domain is missing from which WeChat
 * list. In a released version the page only says that the service cannot be reached.
 */
export function explainUnlisted(api: NetworkApi, url: string, errMsg: string | undefined): void {
  // #ifdef MP-WEIXIN
  if (!/domain list/.test(errMsg ?? '') || isReleased()) return;
  const origin = /^\w+:\/\/[^/]+/.exec(url)?.[0] ?? url;
  const content = `${api} 合法域名缺少 ${origin}：在微信公众平台「开发管理 - 服务器域名」中登记。Register it for ${api} in WeChat's console.`;
  if (explained.has(content)) return;
  explained.add(content);
  uni.showModal({ title: '域名没有登记 · Domain', content, showCancel: false });
  // #endif
}

function isReleased(): boolean {
  return uni.getAccountInfoSync().miniProgram.envVersion === 'release';
}
