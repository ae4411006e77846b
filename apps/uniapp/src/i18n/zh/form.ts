export const form = {
  title: '新的照片',
  headline: '让一张照片\n重新显影',
  prompt: '画面描述',
  promptPlaceholder: '例如：清晨的海边，逆光，胶片质感，人物微笑看向镜头',
  promptCount: (used: number, max: number) => `已写 ${used} 字，最多 ${max} 字`,
  promptTooLong: (over: number) => `超出 ${over} 字`,
  ratio: '画面比例',
  count: '张数',
  countOf: (n: number) => `${n} 张`,
  submit: (n: number) => `生成 ${n} 张图片`,
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
