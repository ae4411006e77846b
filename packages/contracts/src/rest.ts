import type { Issue, RequestErrorCode } from './errors.ts';
import type { ImageJob } from './image-job.ts';

/** The same jobs on plain HTTP, as the original design had them. */
export const GENERATION_PATH = '/api/v1/assets/mints/image/generation';
export const UPLOADS_PATH = '/api/v1/assets/mints/image/uploads';

export interface Envelope<Data> {
  /** The HTTP status again. */
  code: number;
  message: string;
  data: Data;
}

export interface ErrorEnvelope extends Envelope<null> {
  error_code: RequestErrorCode;
  issues?: Issue[];
}

export const MESSAGE_CREATED = '任务已创建';
export const MESSAGE_OK = '成功';

export const STATUS_MESSAGES = {
  PENDING: '排队中',
  PROCESSING: '处理中',
  COMPLETED: '成功',
  FAILED: '失败',
} as const satisfies Record<ImageJob['status'], string>;
