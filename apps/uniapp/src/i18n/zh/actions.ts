export const actions = {
  retry: '再试一次',
  retryIn: (seconds: number) => `${seconds} 秒后可以再试`,
  running: '查看进行中的任务',
  again: '重新生成',
  againPaid: '重新生成（可能再次计费）',
  edit: '修改后再试',
  reload: '重新读取',
  home: '回到首页',
  confirmAgainTitle: '重新生成？',
  confirmAgain: '这会创建一个新任务，照常计费。',
  confirmAgainPaid: '这会创建一个新任务，可能再次计费。',
  confirm: '重新生成',
  dismiss: '暂不',
};

export const charge = {
  label: '计费',
  no: '这次没有计费。',
  yes: '这次已经计费。',
  unknown: '可能已经计费，这里无法确定，请以 MiniMax 账户的记录为准。',
  none: '任务没有创建，没有计费。',
  unanswered: '还没有得到回应。用同一次提交再试不会重复下单。',
};
