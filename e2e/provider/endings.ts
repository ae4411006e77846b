import type { Charged, FailedJob, ImageAsset } from '@darkroom/contracts';

/** The end of a job as its user, the provider and the database see it. */
export type Ending = Records & {
  /** The number of calls that the provider received. */
  calls: number;
} & (Completed | Failed);

interface Records {
  charged: Charged;
  /** The outcomes of the stored attempts, in order. */
  attempts: string[];
}

interface Completed {
  status: 'COMPLETED';
  failed_count: number;
  images: Pick<ImageAsset, 'content_type' | 'width' | 'compressed'>[];
}

interface Failed extends Pick<FailedJob, 'status' | 'error_code' | 'retryable'> {
  /** In an expected ending, only the beginning of the message. */
  error_msg: string;
}

const FAILED = 'MiniMax API 调用失败:';

const NOT_CHARGED: Records = { charged: 'no', attempts: ['failed'] };
/** The first call and its four retries. */
const NEVER_TAKEN: Records = { charged: 'no', attempts: Array(5).fill('not_taken') };
const UNKNOWN: Records = { charged: 'unknown', attempts: ['unknown'] };
const ANSWERED: Records = { charged: 'yes', attempts: ['answered'] };

// The job errors of interface.md, section 7.
export const TIMEOUT = fail('provider_timeout', `${FAILED} timeout`, true, UNKNOWN);
export const LOST = fail('provider_unavailable', `${FAILED} 服务暂时不可用，没有得到有效的回应`, true, UNKNOWN);
/** The answer did not come from MiniMax's endpoint. */
export const MISDIRECTED = fail(
  'provider_unavailable',
  `${FAILED} 服务暂时不可用，没有得到有效的回应`,
  true,
  NOT_CHARGED,
);
export const UNREACHABLE = {
  ...fail('provider_unavailable', `${FAILED} 服务暂时不可用，没有得到有效的回应`, true, NEVER_TAKEN),
  calls: 0,
};
export const ERROR = fail('provider_error', `${FAILED} 生成服务内部错误`, true, UNKNOWN);
export const RATE_LIMITED = fail('provider_rate_limited', `${FAILED} 当前生成请求过多`, true, NEVER_TAKEN);
export const AUTH = fail('provider_auth', `${FAILED} 服务配置有误`, false, NOT_CHARGED);
export const BALANCE = fail('provider_balance', `${FAILED} 服务额度不足`, false, NOT_CHARGED);
export const REJECTED = fail('provider_rejected', `${FAILED} 请求参数或参考图不被接受`, false, NOT_CHARGED);
export const BLOCKED_INPUT = fail('content_rejected', `${FAILED} 内容未通过安全审核`, false, NOT_CHARGED);
export const BLOCKED_OUTPUT = fail('content_rejected', `${FAILED} 内容未通过安全审核`, false, UNKNOWN);
export const NO_IMAGES = fail('no_images', `${FAILED} 没有返回任何图片`, true, UNKNOWN);
export const NOT_FETCHED = fail('download_failed', '图片已生成，但下载失败', true, ANSWERED);

/** A single-colour JPEG cannot be compressed further, so it is delivered unchanged. */
export const FLAT_JPEG = { content_type: 'image/jpeg', width: 1024, compressed: false };

export function delivered(images: Completed['images'] = [FLAT_JPEG], failed_count = 0): Ending {
  return { status: 'COMPLETED', failed_count, images, ...ANSWERED, calls: 1 };
}

/** Like `delivered`, after this many calls that were not accepted. */
export function deliveredAfter(repeats: number): Ending {
  const attempts = [...Array(repeats).fill('not_taken'), 'answered'];
  return { ...delivered(), attempts, calls: attempts.length };
}

function fail(error_code: FailedJob['error_code'], error_msg: string, retryable: boolean, records: Records): Ending {
  return { status: 'FAILED', error_code, error_msg, retryable, ...records, calls: records.attempts.length };
}
