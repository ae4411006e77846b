/** Why a job could not be created or read, beyond requests in general. */
export const jobRequestFailures = {
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
  method_not_allowed: {
    title: '请求方式不被接受',
    reason: '应用与服务的版本可能不一致。',
    next: '更新应用后再试。',
  },
  idempotency_mismatch: {
    title: '提交有冲突',
    reason: '同一次提交的内容前后不一致。',
    next: '回到首页，重新提交一次。',
  },
  too_many_jobs: {
    title: '进行中的任务太多',
    reason: '同时进行的任务已达上限。',
    next: '等一项结束或取消一项，就能再提交。',
  },
  queue_full: {
    title: '排队的人太多',
    reason: '队伍已满，暂时不接收新任务。',
    next: '时间一到就可以再试。',
  },
};

/** Of a request that can be sent again as it is. */
export const requestKept = '你的提交已保存在本机。';

export const retryAfter = (seconds: number) => `建议等待 ${seconds} 秒。`;
