import type { MiniMaxErrorKind } from '../errors.ts';
import { type Failure, failureOfHttpStatus, failureOfKnownCode } from '../status-codes.ts';
import type { ReportedError } from './answer-fields.ts';

/** Statuses that image-01 never uses: it reports its errors under HTTP 200. MiniMax names them for H3, or HTTP does. */
const HTTP_STATUSES: Record<number, Failure> = {
  402: { kind: 'balance', taken: 'no' },
  406: { kind: 'rejected', taken: 'no' },
  411: { kind: 'rejected', taken: 'no' },
  414: { kind: 'rejected', taken: 'no' },
  415: { kind: 'rejected', taken: 'no' },
  431: { kind: 'rejected', taken: 'no' },
};

/** Words of `error.code` and `error.type` that say more than an HTTP status: some services answer 400, 403 or 429. */
const SPECIFIC_WORDS: [RegExp, MiniMaxErrorKind][] = [
  [/quota|balance|billing|payment/, 'balance'],
  [/output.*(sensitive|moderation|safety|policy|blocked)/, 'content_output'],
  [/sensitive|moderation|safety|content.?(policy|filter)|blocked/, 'content_input'],
];

/** Words that decide where the HTTP status says nothing, such as in a stream without `http_code`. */
const OTHER_WORDS: [RegExp, MiniMaxErrorKind][] = [
  [/rate.?limit|too.?many/, 'rate_limited'],
  [/api.?key|auth|permission|forbidden/, 'auth'],
  [/invalid|not.?found|unsupported|too.?large|bad.?request/, 'rejected'],
];

/** Old numbers that are read from a text, where it marks them as a code: "(1026)", "code 1026", "1026: …". */
const CODE_IN_TEXT =
  /(?:^\s*|[([]|\b(?:code|error|status_code)["']?\s*[:= ]\s*)(1002|1004|1008|1026|1027|2013|2049)\b/i;

/** The meaning of an HTTP status of an H3 endpoint, without an error in the body. */
export function failureOfImagesStatus(status: number): Failure {
  return HTTP_STATUSES[status] ?? failureOfHttpStatus(status);
}

/**
 * The meaning of an error in a body or event. `httpStatus` is that of the response. Only a status that refuses the
 * request proves that it was not taken: after HTTP 200, images may have been generated and billed, whatever the error.
 */
export function failureOfError(error: ReportedError, httpStatus: number): Failure {
  const known = error.statusCode === undefined ? undefined : failureOfKnownCode(error.statusCode);
  const kind = known?.kind ?? kindOf(error, error.httpStatus ?? httpStatus);
  const isRefused = failureOfImagesStatus(httpStatus).taken === 'no' && known?.taken !== 'unknown';
  return { kind, taken: isRefused && kind !== 'content_output' ? 'no' : 'unknown' };
}

function kindOf({ code, type, message }: ReportedError, httpStatus: number): MiniMaxErrorKind {
  const words = [code, type].map((word) => word?.toLowerCase() ?? '');
  const numbered = Number(CODE_IN_TEXT.exec(message)?.[1]);
  return (
    find(SPECIFIC_WORDS, words) ??
    failureOfKnownCode(numbered)?.kind ??
    kindOfStatus(httpStatus) ??
    find(OTHER_WORDS, words) ??
    'error'
  );
}

/** Null if the status says nothing beside an error. */
function kindOfStatus(status: number): MiniMaxErrorKind | null {
  if (status === 404) return 'rejected'; // with an error, it is MiniMax's endpoint that does not know a model or file
  const { kind } = failureOfImagesStatus(status);
  return kind === 'bad_answer' ? null : kind;
}

function find(table: [RegExp, MiniMaxErrorKind][], words: string[]): MiniMaxErrorKind | null {
  return table.find(([pattern]) => words.some((word) => pattern.test(word)))?.[1] ?? null;
}
