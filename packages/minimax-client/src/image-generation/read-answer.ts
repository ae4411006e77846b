import { MiniMaxError } from '../errors.ts';
import type { AnswerHead } from '../http/recorded-answer.ts';
import type { GeneratedImage } from '../recognize-image.ts';
import { BLOCKED_CODES, failureOfHttpStatus, failureOfStatusCode } from '../status-codes.ts';
import { imagesOf } from './image-lists.ts';
import { Answer } from './wire.ts';

/** A complete response, decoded. */
export interface ReceivedAnswer extends AnswerHead {
  body: string;
}

/** The result of a successful call. */
export interface GeneratedImages {
  /** `id` of the response body; null if it has none. */
  id: string | null;
  /** Header `Trace-Id`, which MiniMax's support asks for; null if absent. */
  traceId: string | null;
  /** May be empty: MiniMax can report success although it blocked every image. */
  images: GeneratedImage[];
  /** Number of requested images that were not delivered, as MiniMax counts them; null if it does not say. */
  failedCount: number | null;
}

/**
 * Decides whether a response is a success. Images mean success, with any HTTP status and any code: they prove that the
 * call was accepted, so it may be billed and must not be retried. The exceptions are 1026 and 1027: images that
 * MiniMax's review blocked are not returned. Without images, `base_resp` decides if there is one, since MiniMax reports
 * errors under HTTP 200, and otherwise the HTTP status. Throws a MiniMaxError.
 */
export function readAnswer(received: ReceivedAnswer): GeneratedImages {
  const { protocol, host, httpStatus, traceId, retryAfterMs } = received;
  const answer = parseAnswer(received.body);
  const images = answer ? imagesOf(answer.images, protocol, answer.metadata?.success_count ?? 0) : [];
  const statusCode = answer?.base_resp?.status_code;
  const isBlocked = statusCode !== undefined && BLOCKED_CODES.has(statusCode);
  if (answer && (statusCode === 0 || (images.length > 0 && !isBlocked))) {
    return {
      id: answer.id ?? null,
      traceId: traceId ?? null,
      images,
      failedCount: answer.metadata?.failed_count ?? null,
    };
  }

  const seen = { host, httpStatus, traceId, retryAfterMs, responseId: answer?.id ?? undefined };
  if (statusCode !== undefined) {
    const providerMessage = answer?.base_resp?.status_msg ?? '';
    const reason = `base_resp ${statusCode} from ${host}`;
    throw new MiniMaxError({
      ...failureOfStatusCode(statusCode, providerMessage),
      ...seen,
      reason,
      statusCode,
      providerMessage,
    });
  }
  if (httpStatus < 200 || httpStatus > 299)
    throw new MiniMaxError({ ...failureOfHttpStatus(httpStatus), ...seen, reason: `HTTP ${httpStatus} from ${host}` });
  if (!answer) {
    throw new MiniMaxError({ kind: 'bad_answer', taken: 'unknown', ...seen, reason: 'the answer cannot be read' });
  }
  throw new MiniMaxError({ kind: 'error', taken: 'unknown', ...seen, reason: 'neither base_resp nor images' });
}

/** Undefined if the body is not JSON. */
function parseAnswer(body: string): Answer | undefined {
  try {
    return Answer.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
