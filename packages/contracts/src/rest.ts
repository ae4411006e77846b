import type { Issue, RequestErrorCode } from './errors.ts';
import type { ImageJob } from './image-job.ts';

/** REST path of the jobs. The path is fixed by the original interface design. */
export const GENERATION_PATH = '/api/v1/assets/mints/image/generation';
/** REST path of the models that are offered. */
export const MODELS_PATH = '/api/v1/assets/mints/image/models';
/** REST path of uploads: `POST` of one file as multipart/form-data. */
export const UPLOADS_PATH = '/api/v1/assets/mints/image/uploads';

/** The body of every REST answer. */
export interface Envelope<Data> {
  /** The HTTP status, repeated. */
  code: number;
  /** Chinese text for users. */
  message: string;
  data: Data;
}

/** The body of a REST answer with an error. */
export interface ErrorEnvelope extends Envelope<null> {
  error_code: RequestErrorCode;
  issues?: Issue[];
}

/** `message` of an accepted request. */
export const MESSAGE_CREATED = '任务已创建';
/** `message` of a successful answer without a text of its own. */
export const MESSAGE_OK = '成功';

/** `message` of a status answer, by the status of the job. */
export const STATUS_MESSAGES = {
  PENDING: '排队中',
  PROCESSING: '处理中',
  COMPLETED: '成功',
  FAILED: '失败',
} as const satisfies Record<ImageJob['status'], string>;
