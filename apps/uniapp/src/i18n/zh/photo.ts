export const photo = {
  title: '参考人像',
  optional: '可选',
  hint: '选一张清晰的正面照，画面里的人会出现在新图片里',
  add: '从相册选择或拍摄',
  change: '更换',
  remove: '移除',
  uploading: '正在上传…',
  ready: '已上传',
  again: '重新上传',
  alt: '已选择的参考照片',
};
