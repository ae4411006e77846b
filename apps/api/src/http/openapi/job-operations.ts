import {
  IDEMPOTENCY_KEY_MAX_LENGTH,
  JobStatus,
  LIST_LIMIT_DEFAULT,
  LIST_LIMIT_MAX,
  WAIT_SECONDS_MAX,
} from '@darkroom/contracts';
import { GENERATION_PATH, MODELS_PATH } from '@darkroom/contracts/rest';
import { REQUEST_EXAMPLES } from './examples.ts';
import { enveloped, header, inPath, object, type Paths, query } from './operation.ts';
import { refTo } from './schemas.ts';

const ONE_JOB = `${GENERATION_PATH}/{job_id}`;
const TAGS = ['Jobs'];
const UUID = { type: 'string', format: 'uuid' } as const;
const JOB_ID = inPath('job_id', 'Id of the job. A value that is not a UUID returns `job_not_found`.', UUID);

const createJob = enveloped({
  operationId: 'createJob',
  tags: TAGS,
  summary: 'Create a job',
  description:
    'Responds as soon as the job is stored durably. Send an `Idempotency-Key`, and retry with the same key if the response ' +
    'is lost: only one job is created, and the retry returns its current state, or `job_not_found` after it was deleted.',
  parameters: [
    header(
      'Idempotency-Key',
      'Identifies this request among all requests of the caller for 7 days, on REST and tRPC alike. Visible ASCII, such as ' +
        'a UUID. The same key with a different body returns `idempotency_mismatch`.',
      { type: 'string', minLength: 1, maxLength: IDEMPOTENCY_KEY_MAX_LENGTH, pattern: '^[\\x21-\\x7e]+$' },
    ),
  ],
  requestBody: {
    required: true,
    content: { 'application/json': { schema: refTo('CreateImage'), examples: REQUEST_EXAMPLES } },
  },
  success: { status: 202, description: 'The job, PENDING or PROCESSING.', data: refTo('ImageJob') },
  errors: [
    'invalid_request',
    'payload_too_large',
    'unsupported_media_type',
    'upload_not_found',
    'job_not_found',
    'idempotency_mismatch',
    'rate_limited',
    'quota_exceeded',
    'too_many_jobs',
    'queue_full',
    'draining',
  ],
});

const listJobs = enveloped({
  operationId: 'listJobs',
  tags: TAGS,
  summary: "List the caller's jobs, newest first",
  parameters: [
    query('limit', 'Jobs per page.', {
      type: 'integer',
      minimum: 1,
      maximum: LIST_LIMIT_MAX,
      default: LIST_LIMIT_DEFAULT,
    }),
    query('cursor', '`next_cursor` of the previous page.', { type: 'string', minLength: 1, maxLength: 200 }),
    query('status', 'Only jobs with this status.', { type: 'string', enum: JobStatus.options }),
    query('star_id', 'Only jobs of this star.', { type: 'string', pattern: '^\\d{1,19}$' }),
  ],
  success: { status: 200, description: 'One page.', data: refTo('ImageJobPage') },
  errors: ['invalid_request'],
});

const getJob = enveloped({
  operationId: 'getJob',
  tags: TAGS,
  summary: 'Get a job, optionally waiting for a change',
  description:
    `For long polling, send \`wait_seconds=${WAIT_SECONDS_MAX}&after_version=<version>\` and repeat until the status is ` +
    'COMPLETED or FAILED. ' +
    'Jobs that have ended are returned at once. So is the job if the caller already has 20 waiting requests.',
  parameters: [
    JOB_ID,
    query('wait_seconds', 'Longest wait for `version` to exceed `after_version` or, without it, for the job to end.', {
      type: 'number',
      minimum: 0,
      maximum: WAIT_SECONDS_MAX,
      default: 0,
    }),
    query('after_version', '`version` of the last response.', { type: 'integer', minimum: 0 }),
  ],
  success: { status: 200, description: 'The job. A FAILED job is also returned with 200.', data: refTo('ImageJob') },
  errors: ['invalid_request', 'forbidden', 'job_not_found'],
});

const deleteJob = enveloped({
  operationId: 'deleteJob',
  tags: TAGS,
  summary: 'Delete a job and its images',
  description: 'A running job is canceled first. Repeating a deletion returns the same response for at least a week.',
  parameters: [JOB_ID],
  success: {
    status: 200,
    description: 'The job, its images and its copy of the photo are deleted.',
    data: object({ job_id: { ...UUID, description: 'Id of the deleted job.' } }),
  },
  errors: ['invalid_request', 'payload_too_large', 'unsupported_media_type', 'forbidden', 'job_not_found'],
});

const cancelJob = enveloped({
  operationId: 'cancelJob',
  tags: TAGS,
  summary: 'Cancel a job',
  description:
    'A waiting job costs nothing. A call that was sent cannot be recalled: `charged` is `unknown` until it ends. A job that ' +
    'has ended is returned unchanged.',
  parameters: [JOB_ID],
  success: { status: 200, description: 'The job, FAILED as `canceled` unless it had ended.', data: refTo('ImageJob') },
  errors: ['invalid_request', 'payload_too_large', 'unsupported_media_type', 'forbidden', 'job_not_found'],
});

const listModels = enveloped({
  operationId: 'listModels',
  tags: TAGS,
  summary: 'The models that this deployment offers',
  description: 'With what each of them takes and costs. A request for another model is `invalid_request`.',
  success: { status: 200, description: 'The models.', data: refTo('ImageModels') },
  errors: [],
});

export const JOB_PATHS: Paths = {
  [MODELS_PATH]: { get: listModels },
  [GENERATION_PATH]: { post: createJob, get: listJobs },
  [ONE_JOB]: { get: getJob, delete: deleteJob },
  [`${ONE_JOB}/cancel`]: { post: cancelJob },
};
