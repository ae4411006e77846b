import type { AppRouter } from '@darkroom/contracts/router';
import type { ErrorDetails } from '@darkroom/contracts/trpc';
import type { TRPCClientError } from '@trpc/client';
import { ImageApiError, type ImageApiErrorDetails, isImageApiError, isRequestErrorCode } from './errors.ts';
import type { Answer } from './transport.ts';

/** Whatever a tRPC call failed with, as the one error that callers see. */
export function errorFromCall(error: TRPCClientError<AppRouter>, signal: AbortSignal | undefined): ImageApiError {
  if (signal?.aborted) return new ImageApiError('aborted', { cause: signal.reason });
  if (isImageApiError(error.cause)) return error.cause;
  // No data where the answer was none of tRPC's, whatever the types say.
  const details: Details & { httpStatus?: number } = error.data ?? {};
  return namedError(details, { message: error.message, httpStatus: details.httpStatus, cause: error });
}

/** An answer outside tRPC that is not the one hoped for: REST's error envelope, or nothing of ours. */
export function errorFromAnswer({ status, body, retryAfterMs }: Answer): ImageApiError {
  const envelope: Partial<ErrorDetails> & { message?: string } = typeof body === 'object' && body !== null ? body : {};
  return namedError(
    { retry_after_ms: retryAfterMs, ...envelope },
    { message: envelope.message, httpStatus: status, cause: body },
  );
}

type Details = { [Key in keyof ErrorDetails]?: ErrorDetails[Key] | undefined };

function namedError({ error_code, issues, retry_after_ms }: Details, rest: ImageApiErrorDetails): ImageApiError {
  // A code that this version does not know is not guessed at.
  if (!isRequestErrorCode(error_code)) return new ImageApiError('bad_answer', { ...rest, message: undefined });
  return new ImageApiError(error_code, { ...rest, issues, retryAfterMs: retry_after_ms });
}
