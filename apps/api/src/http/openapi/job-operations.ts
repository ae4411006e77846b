import {
  IDEMPOTENCY_KEY_MAX_LENGTH,
  JobStatus,
  LIST_LIMIT_DEFAULT,
  LIST_LIMIT_MAX,
  WAIT_SECONDS_MAX,
} from '@darkroom/contracts';
import { GENERATION_PATH, MODELS_PATH } from '@darkroom/contracts/rest';
import { ORDERS } from './examples.ts';
import { enveloped, header, inPath, object, type Paths, query } from './operation.ts';
import { refTo } from './schemas.ts';

const ONE_JOB = `${GENERATION_PATH}/{job_id}`;
const TAGS = ['Jobs'];
const UUID = { type: 'string', format: 'uuid' } as const;
const JOB_ID = inPath('job_id', 'As the order was answered. An id that is no UUID is a job that does not exist.', UUID);

const createJob = enveloped({
  operationId: 'createJob',
  tags: TAGS,
  summary: 'Order pictures',
  description:
    'Answers as soon as the job is on disk. Send an `Idempotency-Key` and repeat the request under it whenever the ' +
    'answer was lost: it is then one order, and the answer is its job as it is by then; `job_not_found` once that was ' +
    'deleted.',
  parameters: [
    header(
      'Idempotency-Key',
      'Names this order for 7 days, among all orders of the caller, on REST and tRPC alike. Visible ASCII; a UUID will ' +
        'do. The same key with another body is `idempotency_mismatch`.',
      { type: 'string', minLength: 1, maxLength: IDEMPOTENCY_KEY_MAX_LENGTH, pattern: '^[\\x21-\\x7e]+$' },
    ),
  ],
  requestBody: { required: true, content: { 'application/json': { schema: refTo('CreateImage'), examples: ORDERS } } },
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
  summary: "The caller's own jobs, newest first",
  parameters: [
    query('limit', 'Jobs a page.', {
      type: 'integer',
      minimum: 1,
      maximum: LIST_LIMIT_MAX,
      default: LIST_LIMIT_DEFAULT,
    }),
    query('cursor', '`next_cursor` of the page before.', { type: 'string', minLength: 1, maxLength: 200 }),
    query('status', 'Only jobs in this state.', { type: 'string', enum: JobStatus.options }),
    query('star_id', 'Only jobs that were ordered for this star.', { type: 'string', pattern: '^\\d{1,19}$' }),
  ],
  success: { status: 200, description: 'One page.', data: refTo('ImageJobPage') },
  errors: ['invalid_request'],
});

const getJob = enveloped({
  operationId: 'getJob',
  tags: TAGS,
  summary: 'One job, at once or when there is news',
  description:
    'A long poll: ask with `wait_seconds=25&after_version=<version>`, show what comes, ask again until the status is ' +
    'COMPLETED or FAILED. A job that has ended answers at once, and so does the 21st held request of one caller.',
  parameters: [
    JOB_ID,
    query(
      'wait_seconds',
      'Holds the answer this long at most, until `version` passes `after_version` or, without that, until the job ends.',
      { type: 'number', minimum: 0, maximum: WAIT_SECONDS_MAX, default: 0 },
    ),
    query('after_version', 'The `version` that is already known.', { type: 'integer', minimum: 0 }),
  ],
  success: { status: 200, description: 'The job; one that FAILED is a 200 too.', data: refTo('ImageJob') },
  errors: ['invalid_request', 'forbidden', 'job_not_found'],
});

const deleteJob = enveloped({
  operationId: 'deleteJob',
  tags: TAGS,
  summary: 'Remove a job with its pictures',
  description: 'One that runs is cancelled first. A repeat of a deletion is answered as the first for at least a week.',
  parameters: [JOB_ID],
  success: {
    status: 200,
    description: 'The job, its pictures and its copy of the photograph are gone.',
    data: object({ job_id: { ...UUID, description: 'The job that was.' } }),
  },
  errors: ['invalid_request', 'payload_too_large', 'unsupported_media_type', 'forbidden', 'job_not_found'],
});

const cancelJob = enveloped({
  operationId: 'cancelJob',
  tags: TAGS,
  summary: 'Give a job up',
  description:
    'A job that waits costs nothing. A call that was sent cannot be taken back: the job then says `charged: unknown`, ' +
    'and later what became of it. A job that has ended stays as it is.',
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
