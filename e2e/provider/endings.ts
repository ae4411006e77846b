import type { Charged, FailedJob, ImageAsset, JobErrorCode } from '@darkroom/contracts';

/** How a job ends: for its user, at the provider, and in the books. */
export type Ending = AtProvider & (Completed | Failed);

interface AtProvider {
  charged: Charged;
  /** Calls that the provider saw. */
  calls: number;
  /** Outcomes of the stored attempts, in their order. */
  attempts: string[];
}

interface Completed {
  status: 'COMPLETED';
  failed_count: number;
  pictures: Pick<ImageAsset, 'content_type' | 'width' | 'compressed'>[];
}

interface Failed extends Pick<FailedJob, 'status' | 'error_code' | 'retryable'> {
  /** Of an expected ending its start. */
  error_msg: string;
}

function failed(
  error_code: JobErrorCode,
  error_msg: string,
  atProvider: Omit<AtProvider, 'calls'>,
  retryable: boolean,
): Ending {
  return { status: 'FAILED', error_code, error_msg, retryable, ...atProvider, calls: atProvider.attempts.length };
}

const UNKNOWN: Omit<AtProvider, 'calls'> = { charged: 'unknown', attempts: ['unknown'] };
const NOT_CHARGED: Omit<AtProvider, 'calls'> = { charged: 'no', attempts: ['failed'] };
/** The first call and its four repeats. */
const NEVER_TAKEN: Omit<AtProvider, 'calls'> = { charged: 'no', attempts: Array(5).fill('not_taken') };
const ANSWERED: Omit<AtProvider, 'calls'> = { charged: 'yes', attempts: ['answered'] };

// The rows of interface.md, section 7, for jobs.
export const TIMEOUT = failed('provider_timeout', 'MiniMax API 调用失败: timeout', UNKNOWN, true);
export const LOST = failed('provider_unavailable', 'MiniMax API 调用失败: 服务暂时无法连接', UNKNOWN, true);
export const UNREACHABLE: Ending = {
  ...failed('provider_unavailable', 'MiniMax API 调用失败: 服务暂时无法连接', NEVER_TAKEN, true),
  calls: 0,
};
export const ERROR = failed('provider_error', 'MiniMax API 调用失败: 生成服务内部错误', UNKNOWN, true);
export const RATE_LIMITED = failed(
  'provider_rate_limited',
  'MiniMax API 调用失败: 当前生成请求过多',
  NEVER_TAKEN,
  true,
);
export const AUTH = failed('provider_auth', 'MiniMax API 调用失败: 服务配置有误', NOT_CHARGED, false);
export const BALANCE = failed('provider_balance', 'MiniMax API 调用失败: 服务额度不足', NOT_CHARGED, false);
export const REJECTED = failed(
  'provider_rejected',
  'MiniMax API 调用失败: 请求参数或参考图不被接受',
  NOT_CHARGED,
  false,
);
export const BLOCKED_INPUT = failed('content_rejected', 'MiniMax API 调用失败: 内容未通过安全审核', NOT_CHARGED, false);
export const BLOCKED_OUTPUT = failed('content_rejected', 'MiniMax API 调用失败: 内容未通过安全审核', UNKNOWN, false);
export const NO_IMAGES = failed('no_images', 'MiniMax API 调用失败: 没有返回任何图片', UNKNOWN, true);
export const NOT_FETCHED = failed('download_failed', '图片已生成，但下载失败', ANSWERED, true);

/** A flat JPEG is as small as it gets, so it is delivered as it came. */
export const FLAT_JPEG = { content_type: 'image/jpeg', width: 1024, compressed: false };

export function delivered(pictures: Completed['pictures'] = [FLAT_JPEG], failed_count = 0): Ending {
  return { status: 'COMPLETED', ...ANSWERED, calls: 1, pictures, failed_count };
}

/** As `delivered`, after so many calls that were not taken. */
export function deliveredAfter(repeats: number): Ending {
  const attempts = [...Array(repeats).fill('not_taken'), 'answered'];
  return { ...delivered(), attempts, calls: attempts.length };
}
