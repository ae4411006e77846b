/*
 * Every error that Darkroom answers with, in one closed table. This file must not import zod: it is part of browser
 * bundles. `zh` is the text for users; `en` is for developers and for the English interface.
 */

interface RequestErrorRow {
  /** HTTP status. */
  http: number;
  /** The tRPC code; null if the error only exists on plain HTTP routes. */
  trpc: string | null;
  /** Whether the same request may succeed later, unchanged. */
  retryable: boolean;
  zh: string;
  en: string;
}

/** Reasons why a request is not accepted, by `error_code`, with HTTP status, tRPC code and texts. */
export const REQUEST_ERRORS = {
  invalid_request: {
    http: 400,
    trpc: 'BAD_REQUEST',
    retryable: false,
    zh: '请求参数有误',
    en: 'The request is not valid.',
  },
  unauthenticated: {
    http: 401,
    trpc: 'UNAUTHORIZED',
    retryable: false,
    zh: '登录已失效，请重新登录',
    en: 'A valid bearer token is needed.',
  },
  forbidden: {
    http: 403,
    trpc: 'FORBIDDEN',
    retryable: false,
    zh: '无权访问该任务',
    en: 'This job belongs to somebody else.',
  },
  link_expired: {
    http: 403,
    trpc: null,
    retryable: false,
    zh: '图片链接无效或已过期',
    en: 'The link is not valid or has expired.',
  },
  job_not_found: {
    http: 404,
    trpc: 'NOT_FOUND',
    retryable: false,
    zh: '任务不存在',
    en: 'There is no such job.',
  },
  upload_not_found: {
    http: 404,
    trpc: 'NOT_FOUND',
    retryable: false,
    zh: '参考图不存在或已过期，请重新上传',
    en: 'There is no such upload, or it has expired.',
  },
  not_found: {
    http: 404,
    trpc: 'NOT_FOUND',
    retryable: false,
    zh: '请求的地址不存在',
    en: 'There is nothing at this address.',
  },
  method_not_allowed: {
    http: 405,
    trpc: 'METHOD_NOT_SUPPORTED',
    retryable: false,
    zh: '不支持该请求方法',
    en: 'This address does not answer that method.',
  },
  payload_too_large: {
    http: 413,
    trpc: 'PAYLOAD_TOO_LARGE',
    retryable: false,
    zh: '请求内容过大',
    en: 'The request is too large.',
  },
  unsupported_media_type: {
    http: 415,
    trpc: 'UNSUPPORTED_MEDIA_TYPE',
    retryable: false,
    zh: '不支持该内容类型',
    en: 'This content type is not accepted here.',
  },
  unsupported_image: {
    http: 415,
    trpc: 'UNSUPPORTED_MEDIA_TYPE',
    retryable: false,
    zh: '无法识别该图片，请使用 JPEG、PNG、WebP 或 AVIF',
    en: 'The file is not a readable JPEG, PNG, WebP or AVIF image.',
  },
  idempotency_mismatch: {
    http: 422,
    trpc: 'UNPROCESSABLE_CONTENT',
    retryable: false,
    zh: '该幂等键已用于另一个请求',
    en: 'This idempotency key was used for a different request.',
  },
  rate_limited: {
    http: 429,
    trpc: 'TOO_MANY_REQUESTS',
    retryable: true,
    zh: '操作过于频繁，请稍后再试',
    en: 'Too many requests; try again later.',
  },
  too_many_jobs: {
    http: 429,
    trpc: 'TOO_MANY_REQUESTS',
    retryable: true,
    zh: '进行中的任务过多，请等待其完成',
    en: 'Too many jobs of yours are still running.',
  },
  quota_exceeded: {
    http: 429,
    trpc: 'TOO_MANY_REQUESTS',
    retryable: true,
    zh: '今日的生成额度已用完',
    en: 'The daily quota is used up.',
  },
  queue_full: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    retryable: true,
    zh: '排队人数过多，请稍后再试',
    en: 'The queue is full; try again later.',
  },
  draining: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    retryable: true,
    zh: '服务正在重启，请稍后再试',
    en: 'The server is shutting down; try again in a moment.',
  },
  unavailable: {
    http: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    retryable: true,
    zh: '服务暂时不可用，请稍后再试',
    en: 'The service is unavailable for the moment.',
  },
  internal: {
    http: 500,
    trpc: 'INTERNAL_SERVER_ERROR',
    retryable: true,
    zh: '服务内部错误，请稍后再试',
    en: 'Something went wrong on our side.',
  },
} as const satisfies Record<string, RequestErrorRow>;

/** The `error_code` of a refused request. */
export type RequestErrorCode = keyof typeof REQUEST_ERRORS;

/** All request error codes. The cast is safe: `Object.keys` is typed `string[]`, and the table is closed. */
export const REQUEST_ERROR_CODES = Object.keys(REQUEST_ERRORS) as RequestErrorCode[];

interface JobErrorRow {
  /** Whether the same request may succeed if the user sends it again, possibly at a further cost. */
  retryable: boolean;
  zh: string;
  en: string;
}

/**
 * Reasons why an accepted job FAILED, by `error_code`. Chinese texts of provider failures start with the prefix
 * `MiniMax API 调用失败: `, which the original REST interface fixes.
 */
export const JOB_ERRORS = {
  provider_timeout: {
    retryable: true,
    zh: 'MiniMax API 调用失败: timeout（生成超时，可能已计费）',
    en: 'MiniMax did not answer in time; it may have charged for the call.',
  },
  provider_unavailable: {
    retryable: true,
    zh: 'MiniMax API 调用失败: 服务暂时不可用，没有得到有效的回应',
    en: 'MiniMax could not be reached or its answer could not be read.',
  },
  provider_error: {
    retryable: true,
    zh: 'MiniMax API 调用失败: 生成服务内部错误，可能已计费',
    en: 'MiniMax reported an error of its own; it may have charged for the call.',
  },
  provider_rate_limited: {
    retryable: true,
    zh: 'MiniMax API 调用失败: 当前生成请求过多，请稍后再试',
    en: 'MiniMax has too many requests at the moment.',
  },
  provider_auth: {
    retryable: false,
    zh: 'MiniMax API 调用失败: 服务配置有误，请联系管理员',
    en: 'MiniMax refused the credentials; the operator has to act.',
  },
  provider_balance: {
    retryable: false,
    zh: 'MiniMax API 调用失败: 服务额度不足，请联系管理员',
    en: 'The balance or plan at MiniMax is used up; the operator has to act.',
  },
  provider_rejected: {
    retryable: false,
    zh: 'MiniMax API 调用失败: 请求参数或参考图不被接受',
    en: 'MiniMax did not accept the parameters or a reference.',
  },
  content_rejected: {
    retryable: false,
    zh: 'MiniMax API 调用失败: 内容未通过安全审核，请修改提示词或参考图',
    en: 'MiniMax blocked the content; change the prompt or the references.',
  },
  no_images: {
    retryable: true,
    zh: 'MiniMax API 调用失败: 没有返回任何图片，可能已计费',
    en: 'MiniMax answered without an image; it may have charged for the call.',
  },
  download_failed: {
    retryable: true,
    zh: '图片已生成，但下载失败',
    en: 'The images were generated but could not be downloaded.',
  },
  outcome_unknown: {
    retryable: true,
    zh: '服务在生成途中重启，结果未知，可能已计费',
    en: 'The server restarted during the call; whether it was charged is not known.',
  },
  expired: {
    retryable: true,
    zh: '排队时间过长，任务已取消，未计费',
    en: 'The job waited too long and was never sent; nothing was charged.',
  },
  canceled: {
    retryable: true,
    zh: '任务已取消',
    en: 'The job was canceled.',
  },
  internal: {
    retryable: true,
    zh: '服务内部错误，任务未能完成',
    en: 'Something went wrong on our side.',
  },
} as const satisfies Record<string, JobErrorRow>;

/** The `error_code` of a FAILED job. */
export type JobErrorCode = keyof typeof JOB_ERRORS;

/** All job error codes. The cast is safe: the table is closed. */
export const JOB_ERROR_CODES = Object.keys(JOB_ERRORS) as JobErrorCode[];

/**
 * The parameters of a cause's text, also sent as machine-readable values. `max_bytes` is in bytes; `width`, `height`,
 * `min_side` and `max_pixels` are in pixels.
 */
export type IssueParams = Readonly<Record<string, string | number>>;

/** One fault of a request: a field, and the reason as a text for users. */
export interface Issue {
  /** Keys and indexes from the root of the request; empty if the whole request is at fault. At most 8 parts. */
  path: (string | number)[];
  /** Chinese text for users, at most 200 characters. */
  message: string;
  /** The cause as a code, if upload-problems.ts has one for it: an `UploadProblemReason`. */
  reason?: string;
  /** The parameters of that cause's text. */
  params?: IssueParams;
}

interface ImageErrorDetails {
  /** A more specific text than the table's `zh` for the code. */
  message?: string;
  issues?: Issue[];
  /** Milliseconds after which a retry makes sense. */
  retryAfterMs?: number;
  cause?: unknown;
}

/**
 * The only error that domain code throws deliberately. Every API surface (tRPC, REST) maps it by `REQUEST_ERRORS`.
 * `retryAfterMs` is in milliseconds; `cause` is for the log and never sent.
 */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: RequestErrorCode;
  readonly issues: Issue[] | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: RequestErrorCode, details: ImageErrorDetails = {}) {
    super(details.message ?? REQUEST_ERRORS[code].zh, { cause: details.cause });
    this.code = code;
    this.issues = details.issues;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** An `invalid_request` for a request that cannot be parsed at all, so that no field can be named. */
export function unreadableRequest(cause?: unknown): ImageError {
  return new ImageError('invalid_request', { issues: [{ path: [], message: '请求无法解析' }], cause });
}

/** An `invalid_request` about the field at `path`. `message` is a Chinese text for users. */
export function invalidField(path: Issue['path'], message: string): ImageError {
  return new ImageError('invalid_request', { issues: [{ path, message }] });
}
