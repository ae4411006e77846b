import { ImageError, REQUEST_ERRORS, type RequestErrorCode, unreadableRequest } from '@darkroom/contracts';
import type { ErrorEnvelope } from '@darkroom/contracts/rest';
import { errorDetails, trpcCode } from '@darkroom/contracts/trpc';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { challenge } from './unauthenticated.ts';

/** The error codes of Fastify's own errors. Its other errors with a 4xx status become `invalid_request`. */
const FASTIFY_REFUSALS: Record<string, RequestErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_MAX_PARAM_LENGTH: 'payload_too_large',
  FST_REQ_FILE_TOO_LARGE: 'payload_too_large',
  FST_FILES_LIMIT: 'payload_too_large',
  FST_FIELDS_LIMIT: 'payload_too_large',
  FST_PARTS_LIMIT: 'payload_too_large',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'unsupported_media_type',
};

/** Converts any failure of a request to the error that is sent. */
function toImageError(error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  if (isFastifyError(error)) {
    const refusal = FASTIFY_REFUSALS[error.code];
    if (refusal) return new ImageError(refusal);
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
      return unreadableRequest(error);
    }
  }
  return new ImageError('internal', { cause: error });
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error;
}

/** Logs a fault of the service once, with its cause. `unavailable` without a cause was logged where it arose. */
export function logFault(request: FastifyRequest, error: ImageError): void {
  if (error.code === 'internal') request.log.error({ err: error.cause }, 'request failed: internal error');
  else if (error.code === 'unavailable' && error.cause !== undefined)
    request.log.warn({ err: error.cause }, 'request failed: storage unavailable');
}

export function retryAfter(error: ImageError): Record<string, string> {
  return error.retryAfterMs === undefined
    ? {}
    : { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000))) };
}

export function errorEnvelope(error: ImageError): ErrorEnvelope {
  const { error_code, issues } = errorDetails(error);
  return {
    code: REQUEST_ERRORS[error.code].http,
    message: error.message,
    data: null,
    error_code,
    ...(issues && { issues }),
  };
}

/** The error shape that tRPC clients expect, for refusals before tRPC handles the request. */
function trpcEnvelope(error: ImageError): unknown {
  const { http } = REQUEST_ERRORS[error.code];
  const code = trpcCode(error);
  return {
    error: {
      message: error.message,
      code: TRPC_ERROR_CODES_BY_KEY[code],
      data: { code, httpStatus: http, ...errorDetails(error) },
    },
  };
}

export const TRPC_PREFIX = '/trpc';

function send(request: FastifyRequest, reply: FastifyReply, error: ImageError): FastifyReply {
  const isTrpc = request.originalUrl.startsWith(`${TRPC_PREFIX}/`);
  return reply
    .code(REQUEST_ERRORS[error.code].http)
    .header('cache-control', 'no-store')
    .headers(retryAfter(error))
    .headers(challenge(error))
    .send(isTrpc ? trpcEnvelope(error) : errorEnvelope(error));
}

function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const imageError = toImageError(error);
  logFault(request, imageError);
  return send(request, reply, imageError);
}

/** Answers requests that never reach a route. Fastify takes it as `frameworkErrors`. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  answerFailure(error, request, reply);
}

/** Answers every failure in the error shape of the transport that was called, REST or tRPC. */
export function replyToErrors(server: FastifyInstance): void {
  server.setErrorHandler(answerFailure);
  server.setNotFoundHandler((request, reply) => send(request, reply, new ImageError('not_found')));
}
