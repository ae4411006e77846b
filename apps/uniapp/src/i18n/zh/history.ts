export const history = {
  title: '我的图片',
  filter: '显示哪些任务',
  filters: { all: '全部', running: '进行中', done: '已完成', failed: '未完成' },
  empty: {
    all: { title: '还没有任务', note: '生成的图片会按时间收在这里。' },
    running: { title: '没有进行中的任务', note: '新的任务会出现在这里，并自己更新。' },
    done: { title: '还没有完成的任务', note: '生成成功的图片会收在这里。' },
    failed: { title: '没有未完成的任务', note: '没能生成的任务会列在这里，并说明原因。' },
  },
  start: '去生成一张',
  reading: '正在读取',
  more: '查看更早的',
  end: '没有更早的了',
  unrefreshed: '没能更新，显示的是之前的内容。',
  unread: '没能读取更早的任务。',
  readAgain: '再试一次',
  statuses: { PENDING: '排队中', PROCESSING: '正在生成', COMPLETED: '已完成', FAILED: '未完成' },
  place: (place: number) => `第 ${place} 位`,
  images: (count: number) => `${count} 张`,
  actions: '更多操作',
  again: '再生成一次',
  remove: '删除',

  deleteDialog: {
    title: '删除这项任务？',
    ended: '任务和它的图片会立即从服务器上清除，无法恢复。',
    confirm: '删除',
    keep: '保留',
    failed: '没能删除，任务还在。',
  },

  time: {
    today: (clock: string) => `今天 ${clock}`,
    yesterday: (clock: string) => `昨天 ${clock}`,
    /** `month` counts from 0; no year means this one. */
    day: (month: number, day: number, year: number | null, clock: string) =>
      `${year === null ? '' : `${year}年`}${month + 1}月${day}日 ${clock}`,
  },
};
