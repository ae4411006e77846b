export const jobFailures = {
  provider_timeout: {
    title: '生成超时',
    reason: 'MiniMax 在限定时间内没有返回结果。',
    next: '可以重新生成，也可以过几分钟再来。',
  },
  provider_unavailable: {
    title: '暂时连不上生成服务',
    reason: 'MiniMax 无法连接，或返回的内容无法读取。',
    next: '稍等几分钟后重新生成。',
  },
  provider_error: {
    title: '生成服务出错',
    reason: 'MiniMax 内部出现错误。',
    next: '可以重新生成；如果反复出现，请换一种描述。',
  },
  provider_rate_limited: {
    title: '生成服务太忙',
    reason: '当前请求过多，多次等待后仍未轮到。',
    next: '过几分钟再重新生成。',
  },
  provider_auth: {
    title: '服务还没有配置好',
    reason: 'MiniMax 没有接受本服务的凭证。',
    next: '请联系管理员，重试不会有帮助。',
  },
  provider_balance: {
    title: '服务额度不足',
    reason: '本服务在 MiniMax 的余额或套餐已用完。',
    next: '请联系管理员，重试不会有帮助。',
  },
  provider_rejected: {
    title: '这次的设置不被接受',
    reason: 'MiniMax 不接受这组参数或这张参考照片。',
    next: '换一张照片，或修改描述后再试。',
  },
  content_rejected: {
    title: '内容没有通过审核',
    reason: 'MiniMax 在生成之前检查了描述，其中有不被允许的内容。',
    next: '换一种说法改写描述后再试。',
  },
  no_images: {
    title: '没有得到图片',
    reason: 'MiniMax 回应了，但一张图片也没有返回。',
    next: '可以换一种描述后重新生成。',
  },
  download_failed: {
    title: '图片没能取回',
    reason: '图片已经生成，但在限定时间内下载失败。',
    next: '可以重新生成，会再次计费。',
  },
  outcome_unknown: {
    title: '结果未知',
    reason: '服务在生成途中重启，没有等到 MiniMax 的回应。',
    next: '由你决定是否重新生成。',
  },
  expired: {
    title: '排队超时',
    reason: '等待时间过长，任务没有发送就结束了。',
    next: '现在可以重新生成。',
  },
  canceled: {
    title: '任务已取消',
    reason: '按你的要求停止了。',
    next: '随时可以重新生成。',
  },
  internal: {
    title: '服务出了点问题',
    reason: '是我们这边的故障，已经记录。',
    next: '可以稍后重新生成。',
  },
};

/** The same code from two other causes, told apart by what the request held and by whether it may have been charged. */
export const contentRejections = {
  promptOrPhoto: {
    title: '内容没有通过审核',
    reason: 'MiniMax 在生成之前检查了描述和照片，其中一项有不被允许的内容。',
    next: '改写描述，或换一张照片后再试。',
  },
  result: {
    title: '画面没有通过审核',
    reason: 'MiniMax 已经生成，但画面触发了安全审核，所以没有交付。',
    next: '换一种描述再试；同样的描述多半会得到同样的结果。',
  },
};
