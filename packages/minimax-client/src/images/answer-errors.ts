import { MiniMaxError, type MiniMaxErrorDetails } from '../errors.ts';
import type { AnswerHead } from '../http/recorded-answer.ts';
import { type Failure, failureOfStatusCode } from '../status-codes.ts';
import type { AnswerFields, ReportedError } from './answer-fields.ts';
import { failureOfError, failureOfImagesStatus } from './error-meaning.ts';

/** What is wrong with an answer, in words for the log. */
export type Reason = Failure & { reason: string };

/** Makes the errors of one answer, with what is known of it. */
export interface AnswerErrors {
  of(details: Reason & Partial<MiniMaxErrorDetails>): MiniMaxError;
  /** The error that the HTTP status means; null for a success. */
  ofStatus(): MiniMaxError | null;
  /** The error that a body or, if `isEvent`, an event reports. */
  ofReport(error: ReportedError, isEvent: boolean): MiniMaxError;
  /** The error in the place of an image. */
  ofImage(error: ReportedError): MiniMaxError;
  /** The error in image-01's form. */
  ofBaseResp(baseResp: NonNullable<AnswerFields['base_resp']>, isEvent: boolean): MiniMaxError;
}

/** Creates the errors of the answer with this head. `requestId` returns the answer's id as far as it is known. */
export function createAnswerErrors(head: AnswerHead, requestId: () => string | null): AnswerErrors {
  const { host, httpStatus, traceId, retryAfterMs } = head;

  function of(details: Reason & Partial<MiniMaxErrorDetails>): MiniMaxError {
    const responseId = requestId() ?? undefined;
    return new MiniMaxError({ host, httpStatus, traceId, retryAfterMs, responseId, ...details });
  }

  function ofReported(error: ReportedError, failure: Failure, what: string): MiniMaxError {
    const errorCode = error.code ?? error.type;
    const words = [error.statusCode, errorCode].filter((word) => word !== undefined);
    return of({
      ...failure,
      reason: `${what}${words.length > 0 ? ` (${words.join(', ')})` : ''} from ${host}`,
      httpStatus: error.httpStatus ?? httpStatus,
      statusCode: error.statusCode,
      errorCode,
      providerMessage: error.message,
    });
  }

  return {
    of,
    ofStatus() {
      if (httpStatus < 300) return null;
      return of({ ...failureOfImagesStatus(httpStatus), reason: `HTTP ${httpStatus} from ${host}` });
    },
    ofReport(error, isEvent) {
      const what = `${isEvent ? 'error event' : 'error'} with HTTP ${error.httpStatus ?? httpStatus}`;
      return ofReported(error, failureOfError(error, httpStatus), what);
    },
    ofImage(error) {
      const { kind } = failureOfError(error, httpStatus);
      // Single images are blocked after they were generated: it is the output that was blocked.
      const failure: Failure = { kind: kind === 'content_input' ? 'content_output' : kind, taken: 'unknown' };
      return ofReported(error, failure, 'an image failed');
    },
    ofBaseResp({ status_code: statusCode, status_msg }, isEvent) {
      const providerMessage = status_msg ?? '';
      const { kind, taken } = failureOfStatusCode(statusCode, providerMessage);
      const reason = `base_resp ${statusCode} from ${host}`;
      return of({ kind, taken: isEvent ? 'unknown' : taken, reason, statusCode, providerMessage });
    },
  };
}
