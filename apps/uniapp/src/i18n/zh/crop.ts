export const crop = {
  title: '裁剪照片',
  area: '裁剪区域：拖动移动照片，双指或滚轮缩放，方向键也可以移动',
  shapes: { original: '原图', square: '方形', portrait: '3:4', landscape: '4:3', free: '自由' },
  shape: '裁剪形状',
  zoomIn: '放大',
  zoomOut: '缩小',
  cancel: '取消',
  done: '完成',
};
