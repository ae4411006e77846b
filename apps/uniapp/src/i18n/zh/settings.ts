export const settings = {
  title: '设置',
  language: '语言',
  theme: '外观',
  system: '跟随系统',
  light: '浅色',
  dark: '深色',
  about: '关于',
  version: (version: string) => `版本 ${version}`,

  signIn: {
    title: '登录令牌',
    note: '仅开发时可见',
    owner: (user: string) => `当前用户 ${user}`,
    ownerWithStar: (user: string, star: string) => `当前用户 ${user}，角色 ${star}`,
    none: '还没有令牌；开发时的网页以用户 1 登录',
    expired: '令牌已过期',
    placeholder: '粘贴一个 JWT',
    wrong: '这不是一个有效的 JWT',
    replace: '使用这个令牌',
    clear: '清除令牌',
  },

  privacy: {
    title: '隐私说明',
    sections: [
      {
        title: '会发送什么',
        content: '你写下的描述、选择的画面设置，以及你自己选择的参考照片。不会读取相册里的其他内容。',
      },
      {
        title: '发送给谁',
        content: '发送给本应用的服务，由它转交给 MiniMax 生成图片。照片里的位置等附加信息会先被去除。',
      },
      {
        title: '保留多久',
        content: '参考照片保留 7 天；生成的图片与任务由服务保留一段时间（默认 30 天）。在“我的图片”里删除后立即清除。',
      },
      {
        title: '保存在本机的',
        content:
          '未提交的内容、进行中的任务编号、你对使用照片的确认、语言与外观设置、用户编号和登录令牌；还有界面框架自己生成的一个随机编号，不会发送给任何人。',
      },
      {
        title: '请留意',
        content: '使用他人的照片前，请先征得本人同意。所有生成的图片都带有“AI生成”标识。',
      },
    ],
  },
};
