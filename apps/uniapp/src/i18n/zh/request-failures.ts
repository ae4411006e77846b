import { uploadProblemTexts } from '@darkroom/contracts/upload-problems';

/** Of requests in general; of an upload no other code is expected. */
export const requestFailures = {
  invalid_request: {
    title: '提交的内容有误',
    reason: '有一项设置不符合要求。',
    next: '按提示修改后再提交。',
  },
  unauthenticated: {
    title: '登录已失效',
    reason: '需要重新登录才能继续。',
    next: '重新登录后再试。',
  },
  not_found: {
    title: '地址不存在',
    reason: '服务没有这个地址，应用可能需要更新。',
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
    next: '请换一张照片。',
  },
  rate_limited: {
    title: '操作太快了',
    reason: '一分钟内的提交次数过多。',
    next: '稍等片刻再试。',
  },
  quota_exceeded: {
    title: '今天的额度已用完',
    reason: '24 小时内的生成额度已达上限。',
    next: '晚些时候再来。',
  },
  draining: {
    title: '服务正在重启',
    reason: '马上就会恢复。',
    next: '稍等片刻再试。',
  },
  unavailable: {
    title: '服务暂时不可用',
    reason: '服务器的存储暂时无法使用。',
    next: '稍后再试。',
  },
  internal: {
    title: '服务出了点问题',
    reason: '是我们这边的故障，已经记录。',
    next: '稍后再试。',
  },
  network: {
    title: '连不上服务',
    reason: '网络不通，或服务没有回应。',
    next: '检查网络后再试。',
  },
  bad_answer: {
    title: '服务的回应无法识别',
    reason: '可能连接到了错误的地址，或正在维护。',
    next: '稍后再试。',
  },
};

/** What the service says about one field of a request; it says so in Chinese. */
export const issue = (_field: string, message: string) => `${message}。`;

/** What is said about one of several references. */
export const issueOfImage = (place: number, problem: string) => `图 ${place}：${problem}`;

/** Why the service did not take a photo. */
export const uploadProblems = uploadProblemTexts('zh');

export const uploadSpaceFull = {
  title: '照片空间已满',
  reason: '你上传的照片已占满账号可用的空间。',
  next: '可以使用已上传的照片，或删除不再需要的任务。',
};
