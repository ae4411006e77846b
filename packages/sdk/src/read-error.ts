import type { AppRouter } from '@darkroom/contracts/router';
import type { ErrorDetails } from '@darkroom/contracts/trpc';
import type { TRPCClientError } from '@trpc/client';
import { ImageApiError, type ImageApiErrorDetails, isImageApiError, isRequestErrorCode } from './errors.ts';
import type { Answer } from './transport.ts';

/** Converts any failure of a tRPC call into an `ImageApiError`. */
export function errorFromCall(error: TRPCClientError<AppRouter>, signal: AbortSignal | undefined): ImageApiError {
  if (signal?.aborted) return new ImageApiError('aborted', { cause: signal.reason });
  if (isImageApiError(error.cause)) return error.cause;
  // Despite its type, `data` is absent if the response was not from tRPC.
  const details: Details & { httpStatus?: number } = error.data ?? {};
  return namedError(details, { message: error.message, httpStatus: details.httpStatus, cause: error });
}

/**
 * Converts a response that is not from tRPC into an `ImageApiError`: REST's error envelope, or `bad_answer` for
 * anything else.
 */
export function errorFromAnswer({ status, body, retryAfterMs }: Answer): ImageApiError {
  const envelope: Partial<ErrorDetails> & { message?: string } = typeof body === 'object' && body !== null ? body : {};
  return namedError(
    { retry_after_ms: retryAfterMs, ...envelope },
    { message: envelope.message, httpStatus: status, cause: body },
  );
}

type Details = { [Key in keyof ErrorDetails]?: ErrorDetails[Key] | undefined };

function namedError({ error_code, issues, retry_after_ms }: Details, rest: ImageApiErrorDetails): ImageApiError {
  // A code that this version does not know has no text and no retry rule here: report `bad_answer`.
  if (!isRequestErrorCode(error_code)) return new ImageApiError('bad_answer', { ...rest, message: undefined });
  return new ImageApiError(error_code, { ...rest, issues, retryAfterMs: retry_after_ms });
}
