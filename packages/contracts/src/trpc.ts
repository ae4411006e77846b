import { initTRPC, TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { $ZodError } from 'zod/v4/core';
import { ImageError, type Issue, REQUEST_ERRORS, type RequestErrorCode, unreadableRequest } from './errors.ts';
import type { ImageService, Viewer } from './image-service.ts';
import { issuesOf } from './issues.ts';

/** The tRPC context of one HTTP request. */
export interface Context {
  /** Null if the request has no valid token. */
  viewer: Viewer | null;
  images: ImageService;
  /** Number of calls in the same HTTP request. */
  batchSize: number;
}

/**
 * The fields that a failed call has in `data` besides tRPC's own; named as in REST's error body. `retry_after_ms` is in
 * milliseconds.
 */
export interface ErrorDetails {
  error_code: RequestErrorCode;
  issues?: Issue[];
  retry_after_ms?: number;
}

/** Errors that tRPC itself raises, mapped to the contract's codes. Any other code is `internal`. */
const OWN_REFUSALS: Partial<Record<TRPCError['code'], RequestErrorCode>> = {
  BAD_REQUEST: 'invalid_request',
  PARSE_ERROR: 'invalid_request',
  UNAUTHORIZED: 'unauthenticated',
  NOT_FOUND: 'not_found',
  METHOD_NOT_SUPPORTED: 'method_not_allowed',
  PAYLOAD_TOO_LARGE: 'payload_too_large',
  UNSUPPORTED_MEDIA_TYPE: 'unsupported_media_type',
};

/**
 * Converts any failure of a procedure into the `ImageError` that is sent. An unknown failure becomes `internal`; its
 * cause is not sent.
 */
export function toImageError(error: TRPCError): ImageError {
  if (error.cause instanceof ImageError) return error.cause;
  // Only input validation sets BAD_REQUEST. A ZodError from the server's own data, such as a stored row, is `internal`.
  if (error.code === 'BAD_REQUEST' && error.cause instanceof $ZodError)
    return new ImageError('invalid_request', { issues: issuesOf(error.cause) });
  const cause = error.cause ?? error;
  const code = OWN_REFUSALS[error.code] ?? 'internal';
  return code === 'invalid_request' ? unreadableRequest(cause) : new ImageError(code, { cause });
}

/**
 * The tRPC code of an error. Errors that only exist on plain HTTP routes, such as file links, are INTERNAL_SERVER_ERROR
 * here.
 */
export function trpcCode({ code }: ImageError): TRPCError['code'] {
  return REQUEST_ERRORS[code].trpc ?? 'INTERNAL_SERVER_ERROR';
}

/** The wire fields of an error; `issues` and `retry_after_ms` only if the error has them. */
export function errorDetails(error: ImageError): ErrorDetails {
  return {
    error_code: error.code,
    ...(error.issues && { issues: error.issues }),
    ...(error.retryAfterMs !== undefined && { retry_after_ms: error.retryAfterMs }),
  };
}

const t = initTRPC.context<Context>().create({
  isDev: false, // otherwise stack traces are sent to clients
  errorFormatter({ shape, error }) {
    const imageError = toImageError(error);
    const code = trpcCode(imageError); // tRPC's own code can differ: a batch that is too long is a PARSE_ERROR
    return {
      ...shape,
      message: imageError.message,
      code: TRPC_ERROR_CODES_BY_KEY[code],
      data: { ...shape.data, code, httpStatus: REQUEST_ERRORS[imageError.code].http, ...errorDetails(imageError) },
    };
  },
});

/** Builds a router with this contract's context and error format. */
export const router = t.router;

/** The only place where an `ImageError` becomes a `TRPCError`. */
const imageErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || !(result.error.cause instanceof ImageError)) return result;
  throw new TRPCError({ code: trpcCode(result.error.cause), cause: result.error.cause });
});

/** Base of procedures that need a user. Throws `unauthenticated` if the request has no valid token. */
export const viewerProcedure = t.procedure.use(imageErrors).use(({ ctx, next }) => {
  if (!ctx.viewer) throw new ImageError('unauthenticated');
  return next({ ctx: { ...ctx, viewer: ctx.viewer } });
});
