/** Every text of the app, in Chinese. `Messages`, its shape, is what any other language has to fill. */
export const zh = {
  languageName: '中文',
  otherLanguage: 'EN',
  switchLanguage: 'Switch to English',
  back: '返回',
  aiGenerated: 'AI生成',

  form: {
    title: '新的照片',
    headline: '让一张照片\n重新显影',
    photo: '参考人像',
    photoOptional: '可选',
    photoHint: '选一张清晰的正面照，画面里的人会出现在新图片里',
    photoAdd: '从相册选择或拍摄',
    photoChange: '更换',
    photoRemove: '移除',
    photoUploading: '正在上传…',
    photoReady: '已上传',
    photoAgain: '重新上传',
    photoAlt: '已选择的参考照片',
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
    waitForUpload: '照片上传完成后即可生成',
    needUpload: '照片没有上传成功，请重新选择或移除',
  },

  resume: {
    running: '有一项任务正在进行',
    unanswered: '上次的提交还没有完成',
    open: '继续查看',
  },

  loading: {
    title: '暗房',
    sending: '正在提交',
    sendingNote: '已保存在本机；即使中断，也不会重复下单。',
    connecting: '正在读取任务',
    pending: '排队中',
    generating: '正在生成',
    saving: '正在保存图片',
    pendingNote: '轮到你时会自动开始，可以先离开。',
    generatingNote: 'MiniMax 正在作画，可以先离开。',
    savingNote: '图片已经生成，正在下载和压缩。',
    offline: '网络已断开。任务在服务器上继续，恢复网络后会接着显示。',
    overdue: '比预计的久一些，仍在进行。',
    position: (place: number) => `排在第 ${place} 位`,
    placeUnit: '位',
    nextNote: '下一个就是你，马上开始。',
    estimateLabel: '预计还需',
    picturesLabel: '张数',
    seconds: (seconds: number) => `约 ${seconds} 秒`,
    minutes: (minutes: number) => `约 ${minutes} 分钟`,
    noEstimate: '暂无法估计',
    progressLabel: '生成进度',
    cancel: '取消任务',
    canceling: '正在取消…',
  },

  cancelDialog: {
    title: '取消这项任务？',
    free: '任务还没有发送给 MiniMax，取消不会计费。',
    maybeCharged: '请求已经发送给 MiniMax，无法撤回：取消后这次生成仍可能计费，图片也不会再显示。',
    charged: '图片已经生成并计费，取消后将不再保存。',
    confirm: '取消任务',
    keep: '继续等待',
    failed: '没能取消，请稍后再试',
  },

  result: {
    title: '成片',
    headline: (count: number) => `${count} 张新照片`,
    missing: (count: number) => `另有 ${count} 张没有生成成功。`,
    preview: '点按图片可放大查看',
    open: (place: number) => `放大查看第 ${place} 张，AI生成`,
    save: '保存',
    previous: '上一张',
    next: '下一张',
    close: '关闭',
    saveOne: (place: number) => `保存第 ${place} 张`,
    saved: '已保存到相册',
    saveFailed: '没能保存，请稍后再试',
    saveRefused: '需要相册权限才能保存',
    openSettings: '去开启',
    notNow: '暂不',
    prompt: '画面描述',
    again: '再生成一次',
    change: '修改后再生成',
    expiry: '图片会在服务器上保留一段时间，请及时保存。',
    loading: '正在取出图片',
  },

  history: {
    title: '我的图片',
    open: '我的图片',
    empty: '还没有任务',
    emptyNote: '生成的图片会按时间收在这里。',
    start: '生成第一张',
    reading: '正在读取',
    more: '查看更早的',
    statuses: { PENDING: '排队中', PROCESSING: '正在生成', COMPLETED: '已完成', FAILED: '未完成' },
    pictures: (count: number) => `${count} 张`,
  },

  actions: {
    retry: '再试一次',
    retryPaid: '重新生成（可能再次计费）',
    edit: '修改后再试',
    reload: '重新读取',
    home: '回到首页',
    confirmRetryTitle: '重新生成？',
    confirmRetry: '这会创建一个新任务，可能再次计费。',
    confirm: '重新生成',
    dismiss: '暂不',
  },

  charge: {
    label: '计费',
    no: '这次没有计费。',
    yes: '这次已经计费。',
    unknown: '不确定是否已计费：请求已经发出，但没有得到确切的结果。请以 MiniMax 账单为准。',
    none: '任务没有创建，没有计费。',
    unanswered: '还没有得到回应。用同一次提交再试不会重复下单。',
  },

  jobFailures: {
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
      reason: '描述、照片或生成的画面触发了安全审核。',
      next: '修改描述或换一张照片后再试。',
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
  },

  requestFailures: {
    invalid_request: {
      title: '提交的内容有误',
      reason: '有一项设置不符合要求。',
      next: '按提示修改后再提交。',
    },
    unauthenticated: {
      title: '登录已失效',
      reason: '需要重新登录才能继续。',
      next: '重新登录后，这次提交仍然保留着。',
    },
    forbidden: {
      title: '这不是你的任务',
      reason: '当前账号无权查看它。',
      next: '请切换到创建它的账号。',
    },
    link_expired: {
      title: '图片链接已过期',
      reason: '链接只在一段时间内有效。',
      next: '重新读取任务即可得到新的链接。',
    },
    job_not_found: {
      title: '找不到这项任务',
      reason: '它可能已被删除，或已超过保留时间。',
      next: '可以从首页重新开始。',
    },
    upload_not_found: {
      title: '参考照片已过期',
      reason: '上传的照片只保留几天。',
      next: '重新选择照片后再提交。',
    },
    not_found: {
      title: '地址不存在',
      reason: '服务没有这个地址，应用可能需要更新。',
      next: '更新应用后再试。',
    },
    method_not_allowed: {
      title: '请求方式不被接受',
      reason: '应用与服务的版本可能不一致。',
      next: '更新应用后再试。',
    },
    payload_too_large: {
      title: '照片太大',
      reason: '超过了服务能接收的大小。',
      next: '换一张 20 MB 以内的照片。',
    },
    unsupported_media_type: {
      title: '内容类型不被接受',
      reason: '服务不认识这种内容。',
      next: '换一张 JPEG 或 PNG 照片。',
    },
    unsupported_image: {
      title: '无法识别这张照片',
      reason: '文件可能损坏，或格式不受支持。',
      next: '请使用 JPEG、PNG、WebP 或 AVIF。',
    },
    idempotency_mismatch: {
      title: '提交有冲突',
      reason: '同一次提交的内容前后不一致。',
      next: '回到首页，重新提交一次。',
    },
    rate_limited: {
      title: '操作太快了',
      reason: '一分钟内的提交次数过多。',
      next: '稍等片刻再试。',
    },
    too_many_jobs: {
      title: '进行中的任务太多',
      reason: '请先等待已有的任务完成。',
      next: '有任务结束后再试。',
    },
    quota_exceeded: {
      title: '今天的额度已用完',
      reason: '24 小时内可生成的图片数已达上限。',
      next: '明天再来。',
    },
    queue_full: {
      title: '排队的人太多',
      reason: '队伍已满，暂时不接收新任务。',
      next: '稍后再试，你的内容已经保存。',
    },
    draining: {
      title: '服务正在重启',
      reason: '马上就会恢复。',
      next: '稍等片刻再试。',
    },
    unavailable: {
      title: '服务暂时不可用',
      reason: '服务器的存储暂时无法使用。',
      next: '稍后再试，你的内容已经保存。',
    },
    internal: {
      title: '服务出了点问题',
      reason: '是我们这边的故障，已经记录。',
      next: '稍后再试，你的内容已经保存。',
    },
    network: {
      title: '连不上服务',
      reason: '网络不通，或服务没有回应。',
      next: '检查网络后再试，你的内容已经保存。',
    },
    bad_answer: {
      title: '服务的回应无法识别',
      reason: '可能连接到了错误的地址，或正在维护。',
      next: '稍后再试，你的内容已经保存。',
    },
  },

  retryAfter: (seconds: number) => `建议等待 ${seconds} 秒。`,
};

type Wide<Text> = Text extends string
  ? string
  : Text extends (...args: infer Args) => string
    ? (...args: Args) => string
    : { [Key in keyof Text]: Wide<Text[Key]> };

/** The shape of the table: the same keys, any words. */
export type Messages = Wide<typeof zh>;
