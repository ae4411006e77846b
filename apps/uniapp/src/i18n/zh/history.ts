export const history = {
  title: '我的图片',
  open: '我的图片',
  empty: '还没有任务',
  emptyNote: '生成的图片会按时间收在这里。',
  start: '生成第一张',
  reading: '正在读取',
  more: '查看更早的',
  statuses: { PENDING: '排队中', PROCESSING: '正在生成', COMPLETED: '已完成', FAILED: '未完成' },
  pictures: (count: number) => `${count} 张`,
};
