import { MiniMaxError } from './errors.ts';
import { imagesOf } from './image-lists.ts';
import type { GeneratedImage } from './recognize-image.ts';
import type { AnswerHead } from './recorded-answer.ts';
import { BLOCKED_CODES, failureOfHttpStatus, failureOfStatusCode } from './status-codes.ts';
import { Answer } from './wire.ts';

/** An answer that arrived whole, decoded. */
export interface ReceivedAnswer extends AnswerHead {
  body: string;
}

/** What a call that went well brought. */
export interface GeneratedImages {
  /** MiniMax's id of the answer. */
  id: string | null;
  /** Header `Trace-Id`: what MiniMax's support asks for. */
  traceId: string | null;
  /** May be empty: MiniMax reports success when it blocked every picture. */
  images: GeneratedImage[];
  /** Pictures ordered and not delivered, as MiniMax counts them; null when it does not say. */
  failedCount: number | null;
}

/**
 * Judges an answer. Pictures mean success, whatever HTTP status or code comes with them: they prove that the call was taken,
 * so it is neither free nor to be repeated. Only what MiniMax's own review blocked is not handed on. Without pictures
 * `base_resp` decides wherever there is one, since MiniMax reports its errors under HTTP 200, and else the HTTP status.
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
  throw new MiniMaxError({ kind: 'error', taken: 'unknown', ...seen, reason: 'neither base_resp nor pictures' });
}

/** Undefined for what is no JSON. */
function parseAnswer(body: string): Answer | undefined {
  try {
    return Answer.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
