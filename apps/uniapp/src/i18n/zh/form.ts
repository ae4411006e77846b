const EXTRAS: Record<string, string> = {
  width: '宽',
  height: '高',
  size: '尺寸',
  seed: '随机种子',
  prompt_optimizer: '改写描述',
  aigc_watermark: '水印',
  style: '画风',
  disable_prompt_enhanced: '按原文生成',
};

function describeValue(value: unknown): string {
  if (typeof value === 'boolean') return value ? '是' : '否';
  return typeof value === 'object' && value !== null ? Object.values(value).join(' ') : String(value);
}

export const form = {
  title: '新的照片',
  headline: '让一张照片\n重新显影',
  model: '生成方式',
  models: {
    'image-01': { label: '人像参考', note: (_max: number) => '让照片里的人成为主角；不带照片也可以' },
    'image-01-live': { label: '画风', note: (_max: number) => '以漫画、水彩等画风生成，可带一张人像' },
    'MiniMax-H3-Image': {
      label: '自由编辑',
      note: (max: number) => `用最多 ${max} 张参考图组合或改图，最高 4K`,
    },
    'MiniMax-H3-Image-Highspeed': {
      label: '极速',
      note: (max: number) => `和自由编辑用法相同，最多 ${max} 张；更快，也更贵`,
    },
  },
  needModel: '这种生成方式已不再提供，请另选一种',
  /** In units of one image of the cheapest kind. */
  price: (units: number) => `价格 ×${units}`,
  /** `isKnown`: the cheapest kind is offered here, under its own label. */
  priceNote: (isKnown: boolean, isEstimate: boolean) =>
    `×1 是一张${isKnown ? '人像参考' : ' image-01 '}图片的价格${isEstimate ? '；倍数为估计' : ''}`,
  autoRatio: '自动',
  area: '清晰度',
  areaName: (area: string, units: number) => `${area}，价格约 ${units} 倍`,
  extras: '沿用的设置',
  extra: (field: string, value: unknown) => `${EXTRAS[field] ?? field}：${describeValue(value)}`,
  extraUnused: (label: string) => `${label}（当前方式不用）`,
  removeExtra: (label: string) => `去掉 ${label}`,
  plainPromptConflict: '“按原文生成”要指定画面比例，且不能带参考图；请改设置或去掉它',
  prompt: '画面描述',
  promptPlaceholder: '例如：清晨的海边，逆光，胶片质感，人物微笑看向镜头',
  promptCount: (used: number, max: number) => `已写 ${used} 字，最多 ${max} 字`,
  promptTooLong: (over: number) => `超出 ${over} 字`,
  ratio: '画面比例',
  count: '张数',
  countOf: (n: number) => `${n} 张`,
  submit: (n: number) => `生成 ${n} 张图片`,
  submitPrice: (units: number) => `这次约为 ${units} 张人像参考图片的价格`,
  submitHint: '每次生成都会计费；同一次提交只会创建一个任务',
  needPrompt: '先写一句画面描述',
  needShorterPrompt: '画面描述太长了，缩短后即可生成',
  needNetwork: '网络已断开，恢复后即可生成',
  waitForUpload: '照片上传完成后即可生成',
  needUpload: '照片没有上传成功，请重新选择或移除',
};

export const resume = {
  running: (count: number) => (count === 1 ? '有一项任务正在进行' : `有 ${count} 项任务正在进行`),
  unanswered: '上次的提交还没有完成',
  COMPLETED: '图片已经生成',
  FAILED: '有一项任务没有完成',
  open: '继续查看',
  look: '去看看',
};

export const replaceDraft = {
  title: '替换上次的提交？',
  content: '上次的提交还没有完成；换成新的之后，本机不再保留它。',
  yes: '替换',
  no: '保留',
};
