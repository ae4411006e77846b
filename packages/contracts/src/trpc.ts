import { initTRPC, TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { $ZodError } from 'zod/v4/core';
import { ImageError, type Issue, REQUEST_ERRORS, type RequestErrorCode, unreadableRequest } from './errors.ts';
import type { ImageService, Viewer } from './image-service.ts';
import { issuesOf } from './issues.ts';

export interface Context {
  viewer: Viewer | null;
  images: ImageService;
  /** Calls that came in the same HTTP request. */
  batchSize: number;
}

/** What a failed call carries beside its text; the same words as REST's error body. */
export interface ErrorDetails {
  error_code: RequestErrorCode;
  issues?: Issue[];
  retry_after_ms?: number;
}

/** tRPC's own refusals, in the words of the table. */
const OWN_REFUSALS: Partial<Record<TRPCError['code'], RequestErrorCode>> = {
  BAD_REQUEST: 'invalid_request',
  PARSE_ERROR: 'invalid_request',
  UNAUTHORIZED: 'unauthenticated',
  NOT_FOUND: 'not_found',
  METHOD_NOT_SUPPORTED: 'method_not_allowed',
  PAYLOAD_TOO_LARGE: 'payload_too_large',
  UNSUPPORTED_MEDIA_TYPE: 'unsupported_media_type',
};

/** Any failure of a call as the error it is on the wire. What is not known is `internal`, and its cause stays here. */
export function toImageError(error: TRPCError): ImageError {
  if (error.cause instanceof ImageError) return error.cause;
  // A schema that fails on our side, such as on a stored row, is not the caller's to mend.
  if (error.code === 'BAD_REQUEST' && error.cause instanceof $ZodError)
    return new ImageError('invalid_request', { issues: issuesOf(error.cause) });
  const cause = error.cause ?? error;
  const code = OWN_REFUSALS[error.code] ?? 'internal';
  return code === 'invalid_request' ? unreadableRequest(cause) : new ImageError(code, { cause });
}

/** The table's code; files and other plain routes have errors that no procedure answers with. */
export function trpcCode({ code }: ImageError): TRPCError['code'] {
  return REQUEST_ERRORS[code].trpc ?? 'INTERNAL_SERVER_ERROR';
}

export function errorDetails(error: ImageError): ErrorDetails {
  return {
    error_code: error.code,
    ...(error.issues && { issues: error.issues }),
    ...(error.retryAfterMs !== undefined && { retry_after_ms: error.retryAfterMs }),
  };
}

const t = initTRPC.context<Context>().create({
  isDev: false, // else stack traces reach the wire
  errorFormatter({ shape, error }) {
    const imageError = toImageError(error);
    const code = trpcCode(imageError); // in its own words a batch that is too long is a PARSE_ERROR, for one
    return {
      ...shape,
      message: imageError.message,
      code: TRPC_ERROR_CODES_BY_KEY[code],
      data: { ...shape.data, code, httpStatus: REQUEST_ERRORS[imageError.code].http, ...errorDetails(imageError) },
    };
  },
});

export const router = t.router;

/** Maps the domain's errors to tRPC's, in this one place. */
const imageErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || !(result.error.cause instanceof ImageError)) return result;
  throw new TRPCError({ code: trpcCode(result.error.cause), cause: result.error.cause });
});

/** A procedure for a caller whose token was checked. */
export const viewerProcedure = t.procedure.use(imageErrors).use(({ ctx, next }) => {
  if (!ctx.viewer) throw new ImageError('unauthenticated');
  return next({ ctx: { ...ctx, viewer: ctx.viewer } });
});
