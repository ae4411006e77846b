import { REQUEST_ERRORS, type RequestErrorCode } from '@darkroom/contracts';
import type { ErrorEnvelope } from '@darkroom/contracts/rest';
import { type JsonSchema, refTo } from './schemas.ts';

type Method = 'get' | 'head' | 'post' | 'delete';

/** Operations by path and method: the `paths` of the document. */
export type Paths = Record<string, Partial<Record<Method, Record<string, unknown>>>>;

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description: string;
  schema: JsonSchema;
}

export interface Answer {
  description: string;
  headers?: object;
  content?: object;
}

/** An operation that requires a token and answers in the envelope. */
interface EnvelopedOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required: true; content: Record<string, unknown> };
  success: { status: 200 | 201 | 202; description: string; data: JsonSchema };
  /** Error codes in addition to those of every such operation. */
  errors: RequestErrorCode[];
}

const ERRORS_OF_ALL: RequestErrorCode[] = ['unauthenticated', 'unavailable', 'internal'];

export function enveloped({ success, errors, ...operation }: EnvelopedOperation): Record<string, unknown> {
  const { status, description, data } = success;
  const envelope = object({
    code: { type: 'integer', const: status, description: 'Same as the HTTP status.' },
    message: { type: 'string', description: 'Message for users, in Chinese.' },
    data,
  });
  const succeeded: Answer = { description, content: { 'application/json': { schema: envelope } } };
  return { ...operation, responses: { [status]: succeeded, ...refused([...errors, ...ERRORS_OF_ALL]) } };
}

/** One response per HTTP status. It lists every error code with that status. */
export function refused(codes: RequestErrorCode[]): Record<string, Answer> {
  const byStatus = Map.groupBy(codes, (code) => REQUEST_ERRORS[code].http);
  return Object.fromEntries([...byStatus].map(([status, together]) => [String(status), refusal(together)]));
}

function refusal(codes: RequestErrorCode[]): Answer {
  const onlyThese = { type: 'object', properties: { error_code: { enum: codes } } };
  const schema = { allOf: [refTo('ErrorEnvelope'), onlyThese] };
  const examples = Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }]));
  return {
    description: codes.map((code) => `\`${code}\`: ${REQUEST_ERRORS[code].en}`).join('\n\n'),
    ...(codes.some(hasRetryAfter) && { headers: { 'Retry-After': RETRY_AFTER } }),
    ...(codes.includes('unauthenticated') && { headers: { 'WWW-Authenticate': CHALLENGE } }),
    content: { 'application/json': { schema, examples } },
  };
}

function exampleOf(code: RequestErrorCode): ErrorEnvelope {
  const { http, zh } = REQUEST_ERRORS[code];
  return { code: http, message: zh, data: null, error_code: code };
}

function hasRetryAfter(code: RequestErrorCode): boolean {
  return REQUEST_ERRORS[code].http === 429 || REQUEST_ERRORS[code].http === 503;
}

const CHALLENGE = {
  description: '`Bearer`; with `error="invalid_token"` and an `error_description` if a token was sent.',
  required: true,
  schema: { type: 'string', pattern: '^Bearer' },
};

const RETRY_AFTER = {
  description: 'Seconds to wait before retrying.',
  required: true,
  schema: { type: 'integer', minimum: 1 },
};

export function query(name: string, description: string, schema: JsonSchema): Parameter {
  return { name, in: 'query', required: false, description, schema };
}

export function header(name: string, description: string, schema: JsonSchema): Parameter {
  return { name, in: 'header', required: false, description, schema };
}

export function inPath(name: string, description: string, schema: JsonSchema): Parameter {
  return { name, in: 'path', required: true, description, schema };
}

/** The schema of an object in which all of these fields are required. */
export function object(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties) };
}
