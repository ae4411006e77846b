import { ImageError, type Issue, type IssueParams } from './errors.ts';

/*
 * Reasons why an upload or a reference is not accepted, in one closed table. They give the error's `message` and its
 * issue's `reason` and `params`. This file must not import zod: it is part of browser bundles.
 */

interface UploadProblemRow {
  zh(params: IssueParams): string;
  en(params: IssueParams): string;
}

const SUPPORTED_ZH = 'JPEG、PNG、WebP 或 AVIF';
const SUPPORTED_EN = 'JPEG, PNG, WebP or AVIF';

/** The causes, by `reason`, each with its text for users in Chinese and English. */
export const UPLOAD_PROBLEMS = {
  empty_file: {
    zh: () => '文件是空的（0 字节），请重新选择图片',
    en: () => 'The file is empty (0 bytes). Choose the image again.',
  },
  heic: {
    zh: () =>
      '不支持 HEIC（HEIF）照片，iPhone 默认用这种格式保存。请从“照片”里选择，不要从“文件”里选择；或先转换成 JPEG；' +
      '也可以在“设置 › 相机 › 格式”里选“兼容性最佳”后重拍',
    en: () =>
      'HEIC (HEIF) photos, as iPhones save them, are not supported. Choose the photo from Photos instead of Files, or ' +
      'convert it to JPEG first. To take JPEG photos, choose “Most Compatible” under Settings › Camera › Formats.',
  },
  unsupported_format: {
    zh: ({ format }) => `不支持 ${format} 格式，请使用 ${SUPPORTED_ZH}`,
    en: ({ format }) => `${format} files are not supported. Use ${SUPPORTED_EN}.`,
  },
  unknown_format: {
    zh: () => `无法识别文件格式，它不像是图片。请使用 ${SUPPORTED_ZH}`,
    en: () => `The format of the file is not known; it does not look like an image. Use ${SUPPORTED_EN}.`,
  },
  truncated: {
    zh: ({ format }) => `这个 ${format} 文件不完整，后半部分缺失。请重新导出或重新选择后再上传`,
    en: ({ format }) => `The ${format} file is incomplete: its end is missing. Export or choose it again.`,
  },
  damaged: {
    zh: ({ format }) => `这个 ${format} 文件已损坏，无法解码。请换一张图片`,
    en: ({ format }) => `The ${format} file is damaged and cannot be decoded. Choose another image.`,
  },
  too_many_pixels: {
    zh: ({ format, variant, width, height, max_pixels }) =>
      `图片有 ${tenThousands(Number(width) * Number(height), Math.ceil)} 万像素（${width}×${height}），` +
      `${variantName(variant, 'zh')}${format} 最多 ${tenThousands(Number(max_pixels), Math.floor)} 万像素，请缩小后再上传`,
    en: ({ format, variant, width, height, max_pixels }) =>
      `The image has ${megapixels(Number(width) * Number(height), Math.ceil)} megapixels (${width}×${height}); ` +
      `${variantName(variant, 'en')}${format} may have up to ${megapixels(Number(max_pixels), Math.floor)}. Make it smaller first.`,
  },
  too_complex: {
    zh: ({ format }) => `这个 ${format} 文件结构过于复杂，处理时间超出限制。请重新导出后再上传`,
    en: ({ format }) => `The ${format} file is too complex to be processed in time. Export it again.`,
  },
  side_too_short: {
    zh: ({ width, height, min_side }) =>
      `参考图太小（${width}×${height}），每边至少 ${min_side} 像素，请换一张更大的图片`,
    en: ({ width, height, min_side }) =>
      `The reference is too small (${width}×${height}): each side needs at least ${min_side} pixels.`,
  },
  too_narrow: {
    zh: ({ width, height, max_ratio }) =>
      `参考图过于狭长（${width}×${height}），长边不能超过短边的 ${max_ratio} 倍，请裁剪后再用`,
    en: ({ width, height, max_ratio }) =>
      `The reference is too narrow (${width}×${height}): the longer side may be at most ${max_ratio} times the ` +
      'shorter one. Crop it first.',
  },
  references_too_large: {
    zh: ({ max_bytes }) => `参考图加起来超过 ${mebibytes(max_bytes)} MB，请减少参考图`,
    en: ({ max_bytes }) => `The references take more than ${mebibytes(max_bytes)} MB together. Use fewer of them.`,
  },
  upload_space_full: {
    zh: ({ max_bytes }) =>
      `你上传的图片总量已达上限（${mebibytes(max_bytes)} MB），请删除不需要的任务，或等旧图片过期后再上传`,
    en: ({ max_bytes }) =>
      `Your uploads have reached their limit of ${mebibytes(max_bytes)} MB. Delete jobs that you do not need, or wait ` +
      'until older uploads expire.',
  },
} as const satisfies Record<string, UploadProblemRow>;

/** The `reason` of an issue about an upload or a reference. */
export type UploadProblemReason = keyof typeof UPLOAD_PROBLEMS;

/** One cause, with the parameters of its text. */
export interface UploadProblem {
  reason: UploadProblemReason;
  params?: IssueParams;
}

/** Whether this version has a text for `reason`. A newer server may send a reason that is not in the table. */
export function isUploadProblemReason(reason: string | undefined): reason is UploadProblemReason {
  return reason !== undefined && Object.keys(UPLOAD_PROBLEMS).includes(reason);
}

/** The text of a problem for users. */
export function explainUploadProblem({ reason, params = {} }: UploadProblem, language: 'zh' | 'en'): string {
  return UPLOAD_PROBLEMS[reason][language](params);
}

/** All texts in one language, in the form of a client's own message table. */
export function uploadProblemTexts(
  language: 'zh' | 'en',
): Record<UploadProblemReason, (params: IssueParams) => string> {
  // Object.fromEntries is ES2019; mini programs have ES2018.
  const texts = {} as Record<UploadProblemReason, (params: IssueParams) => string>;
  for (const reason of Object.keys(UPLOAD_PROBLEMS) as UploadProblemReason[])
    texts[reason] = UPLOAD_PROBLEMS[reason][language];
  return texts;
}

/** Variants of a format that need more memory to decode, and so have a lower pixel bound. */
const VARIANTS: Record<string, { zh: string; en: string }> = {
  progressive: { zh: '渐进式 ', en: 'progressive ' },
  interlaced: { zh: '隔行扫描 ', en: 'interlaced ' },
};

function variantName(variant: string | number | undefined, language: 'zh' | 'en'): string {
  return VARIANTS[String(variant)]?.[language] ?? '';
}

type Rounding = (value: number) => number;

/** A size is rounded up and a limit down: the text must never show a refused size as within the limit. */
function tenThousands(pixels: number, round: Rounding): number {
  return round(pixels / 10_000);
}

function megapixels(pixels: number, round: Rounding): number {
  return round(pixels / 100_000) / 10;
}

function mebibytes(bytes: string | number | undefined): number {
  return Math.floor(Number(bytes) / 1_048_576);
}

/**
 * The error for a file that is not accepted: `unsupported_image` or `quota_exceeded` for an upload, `invalid_request`
 * for a request whose field at `path` has the file. `retryAfterMs` is in milliseconds.
 */
export function uploadProblemError(
  code: 'unsupported_image' | 'invalid_request' | 'quota_exceeded',
  path: Issue['path'],
  problem: UploadProblem,
  details: { cause?: unknown; retryAfterMs?: number } = {},
): ImageError {
  const message = explainUploadProblem(problem, 'zh');
  const { reason, params } = problem;
  const issue = { path, message, reason, ...(params && { params }) };
  // An invalid request keeps the general message: it may have other faults as well.
  return new ImageError(code, { ...details, ...(code !== 'invalid_request' && { message }), issues: [issue] });
}
