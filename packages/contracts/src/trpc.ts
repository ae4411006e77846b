import { initTRPC, TRPCError } from '@trpc/server';
import { $ZodError } from 'zod/v4/core';
import { ImageError, type Issue, REQUEST_ERRORS, type RequestErrorCode } from './errors.ts';
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
  return new ImageError(OWN_REFUSALS[error.code] ?? 'internal', { cause: error.cause ?? error });
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
    return { ...shape, message: imageError.message, data: { ...shape.data, ...errorDetails(imageError) } };
  },
});

export const router = t.router;

/** Maps the domain's errors to tRPC's, in this one place. */
const imageErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || !(result.error.cause instanceof ImageError)) return result;
  const { code } = result.error.cause;
  throw new TRPCError({ code: REQUEST_ERRORS[code].trpc ?? 'INTERNAL_SERVER_ERROR', cause: result.error.cause });
});

/** A procedure for a caller whose token was checked. */
export const viewerProcedure = t.procedure.use(imageErrors).use(({ ctx, next }) => {
  if (!ctx.viewer) throw new ImageError('unauthenticated');
  return next({ ctx: { ...ctx, viewer: ctx.viewer } });
});
