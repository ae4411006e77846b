import { ImageError, REQUEST_ERRORS, type RequestErrorCode, unreadableRequest } from '@darkroom/contracts';
import type { ErrorEnvelope } from '@darkroom/contracts/rest';
import { errorDetails, trpcCode } from '@darkroom/contracts/trpc';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { challenge } from './unauthenticated.ts';

/** Fastify's own refusals in the words of the table. Others with a 4xx status are `invalid_request`. */
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

/** Any failure of a request as the error it is on the wire. */
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

/** Logs what is ours to mend, once, with its cause; without one it has been logged where it arose. */
export function logFault(request: FastifyRequest, error: ImageError): void {
  if (error.code === 'internal') request.log.error({ err: error.cause }, 'a request failed by a fault of ours');
  else if (error.code === 'unavailable' && error.cause !== undefined)
    request.log.warn({ err: error.cause }, 'a request met storage that is away');
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

/** The shape that tRPC's clients expect, for refusals that come before tRPC is asked. */
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
  const onTrpc = request.originalUrl.startsWith(`${TRPC_PREFIX}/`);
  return reply
    .code(REQUEST_ERRORS[error.code].http)
    .header('cache-control', 'no-store')
    .headers(retryAfter(error))
    .headers(challenge(error))
    .send(onTrpc ? trpcEnvelope(error) : errorEnvelope(error));
}

function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const imageError = toImageError(error);
  logFault(request, imageError);
  return send(request, reply, imageError);
}

/** What never reaches a route: what Fastify's `frameworkErrors` takes. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  answerFailure(error, request, reply);
}

/** Every failure leaves through here, in the shape of the face that was asked. */
export function replyToErrors(server: FastifyInstance): void {
  server.setErrorHandler(answerFailure);
  server.setNotFoundHandler((request, reply) => send(request, reply, new ImageError('not_found')));
}
