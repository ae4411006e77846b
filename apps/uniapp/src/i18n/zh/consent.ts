export const consent = {
  photoTitle: '使用照片之前',
  albumTitle: '保存到相册之前',
  portrait: '我确认：照片里的人是我本人，或已经同意我这样使用。',
  use: '照片会上传到本服务，并交给 MiniMax 生成新图片；上传的照片几天后自动删除。',
  photoPrivacy: '微信要求你先同意本小程序的隐私保护指引，才能打开相机和相册。',
  albumPrivacy: '微信要求你先同意本小程序的隐私保护指引，才能把图片保存到相册。',
  guide: '查看隐私保护指引',
  agree: '确认并继续',
  agreePrivacy: '同意并继续',
  no: '暂不',
};
