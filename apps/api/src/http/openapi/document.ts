import {
  JobStatus,
  LIST_LIMIT_DEFAULT,
  LIST_LIMIT_MAX,
  REQUEST_ERRORS,
  type RequestErrorCode,
  WAIT_SECONDS_MAX,
} from '@darkroom/contracts';
import { GENERATION_PATH, UPLOADS_PATH } from '@darkroom/contracts/rest';
import { componentSchemas, type JsonSchema, refTo, type SchemaName } from './schemas.ts';

const ONE_JOB = `${GENERATION_PATH}/{job_id}`;

/** Errors that every route with a token can answer with. */
const COMMON: RequestErrorCode[] = ['unauthenticated', 'method_not_allowed', 'unavailable', 'internal'];

interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required: true; content: Record<string, { schema: JsonSchema }> };
  success: { status: 200 | 201 | 202; data: JsonSchema };
  errors: RequestErrorCode[];
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

const JOB_ID: Parameter = { name: 'job_id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } };

const OPERATIONS: Record<string, Partial<Record<'get' | 'post' | 'delete', Operation>>> = {
  [GENERATION_PATH]: {
    post: {
      operationId: 'createJob',
      summary: 'Order pictures',
      description:
        'Answers as soon as the job is on disk. A repeat under the same key answers with the job as it is now.',
      parameters: [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: false,
          description: '1 to 255 visible ASCII characters, good for 7 days.',
          schema: { type: 'string', minLength: 1, maxLength: 255 },
        },
      ],
      requestBody: json('CreateImage'),
      success: { status: 202, data: refTo('ImageJob') },
      errors: [
        'invalid_request',
        'payload_too_large',
        'unsupported_media_type',
        'upload_not_found',
        'idempotency_mismatch',
        'rate_limited',
        'quota_exceeded',
        'too_many_jobs',
        'queue_full',
        'draining',
      ],
    },
    get: {
      operationId: 'listJobs',
      summary: "The caller's own jobs, newest first",
      parameters: [
        query('limit', { type: 'integer', minimum: 1, maximum: LIST_LIMIT_MAX, default: LIST_LIMIT_DEFAULT }),
        query('cursor', { type: 'string' }, '`next_cursor` of the page before.'),
        query('status', { type: 'string', enum: JobStatus.options }),
        query('star_id', { type: 'string', pattern: '^\\d{1,19}$' }),
      ],
      success: { status: 200, data: refTo('ImageJobPage') },
      errors: ['invalid_request'],
    },
  },
  [ONE_JOB]: {
    get: {
      operationId: 'getJob',
      summary: 'One job, at once or when there is news',
      parameters: [
        JOB_ID,
        query(
          'wait_seconds',
          { type: 'number', minimum: 0, maximum: WAIT_SECONDS_MAX, default: 0 },
          'Holds the answer until the version passes `after_version` (or, without it, until the job ends).',
        ),
        query('after_version', { type: 'integer', minimum: 0 }),
      ],
      success: { status: 200, data: refTo('ImageJob') },
      errors: ['invalid_request', 'forbidden', 'job_not_found'],
    },
    delete: {
      operationId: 'deleteJob',
      summary: 'Remove a job with its files; one that runs is cancelled first',
      parameters: [JOB_ID],
      success: { status: 200, data: object({ job_id: { type: 'string', format: 'uuid' } }) },
      errors: ['forbidden', 'job_not_found'],
    },
  },
  [`${ONE_JOB}/cancel`]: {
    post: {
      operationId: 'cancelJob',
      summary: 'Give a job up',
      description:
        'A call that was sent cannot be taken back: the job then says that nobody knows whether it was charged.',
      parameters: [JOB_ID],
      success: { status: 200, data: refTo('ImageJob') },
      errors: ['forbidden', 'job_not_found'],
    },
  },
  [UPLOADS_PATH]: {
    post: {
      operationId: 'uploadImage',
      summary: 'Hand in a photograph, to be named in an order',
      description: 'JPEG, PNG, WebP or AVIF, up to 20 MB; it lives for 7 days.',
      requestBody: {
        required: true,
        content: { 'multipart/form-data': { schema: object({ file: { type: 'string', format: 'binary' } }) } },
      },
      success: { status: 201, data: refTo('UploadedImage') },
      errors: ['invalid_request', 'payload_too_large', 'unsupported_media_type', 'unsupported_image', 'rate_limited'],
    },
  },
};

/** Every REST route as OpenAPI 3.1, with its shapes from the zod contracts. */
export function openApiDocument(publicUrl: string): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Darkroom',
      version: '0.1.0',
      description: 'Image jobs that are never lost and never paid twice.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }],
    paths: Object.fromEntries(
      Object.entries(OPERATIONS).map(([path, methods]) => [
        path,
        Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, describe(operation)])),
      ]),
    ),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: componentSchemas(),
    },
  };
}

function describe({ success, errors, ...operation }: Operation): Record<string, unknown> {
  return { ...operation, responses: { [success.status]: succeeded(success), ...refused([...errors, ...COMMON]) } };
}

function succeeded({ status, data }: Operation['success']): Record<string, unknown> {
  const envelope = object({ code: { type: 'integer', const: status }, message: { type: 'string' }, data });
  return { description: 'Done', content: { 'application/json': { schema: envelope } } };
}

/** One response per HTTP status, naming every code that comes with it. */
function refused(codes: RequestErrorCode[]): Record<string, unknown> {
  const byStatus = Map.groupBy(codes, (code) => REQUEST_ERRORS[code].http);
  return Object.fromEntries(
    [...byStatus].map(([status, all]) => [
      String(status),
      {
        description: all.map((code) => `\`${code}\`: ${REQUEST_ERRORS[code].en}`).join('\n\n'),
        content: { 'application/json': { schema: refTo('ErrorEnvelope') } },
      },
    ]),
  );
}

function json(name: SchemaName): NonNullable<Operation['requestBody']> {
  return { required: true, content: { 'application/json': { schema: refTo(name) } } };
}

function query(name: string, schema: JsonSchema, description?: string): Parameter {
  return { name, in: 'query', required: false, schema, ...(description !== undefined && { description }) };
}

function object(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties) };
}
