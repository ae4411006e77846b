import { ImageApiError, isImageApiError, isNamed } from './errors.ts';

/**
 * The subset of `fetch` that the client uses. A platform without `fetch` can implement it. Rejects if no response
 * arrived.
 */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

/** The request of a `Fetch`. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  /** JSON as text. FormData only for uploads if `uploadFile` is not given. */
  body?: string | FormData;
  signal: AbortSignal;
}

/** A request without its token and its signal. */
export interface OutgoingRequest extends Omit<FetchInit, 'signal'> {
  url: string;
}

/** The response of a `Fetch`. */
export interface FetchAnswer {
  /** HTTP status. */
  status: number;
  /** Needed to read Retry-After; `name` is in lower case. */
  headers?: { get(name: string): string | null };
  /** Parses the body. Rejects with a SyntaxError if a complete body is not JSON. */
  json(): Promise<unknown>;
}

/**
 * A bearer token, or a function that returns one and is called before each request. After a 401 it is called once more
 * with `refresh` true, and the request is repeated. An `ImageApiError` that it throws is passed on; any other error
 * becomes `unauthenticated`.
 */
export type Token = string | ((options: { refresh: boolean }) => string | Promise<string>);

/** An HTTP response. */
export interface Answer {
  status: number;
  /** Parsed JSON. */
  body: unknown;
  /** Milliseconds, from the header Retry-After. */
  retryAfterMs?: number | undefined;
}

/** Sends one HTTP request with the given authorization header. */
export type Exchange = (headers: { authorization: string }, signal: AbortSignal) => Promise<Answer>;

/** Sends a request with the user's token. If `token` is a function, a 401 is retried once with a refreshed token. */
export async function exchangeAs(token: Token, exchange: Exchange, signal: AbortSignal): Promise<Answer> {
  const answer = await exchange(await authorization(token, false), signal);
  if (answer.status !== 401 || typeof token === 'string') return answer;
  return exchange(await authorization(token, true), signal);
}

async function authorization(token: Token, refresh: boolean): Promise<{ authorization: string }> {
  if (typeof token === 'string') return { authorization: `Bearer ${token}` };
  try {
    return { authorization: `Bearer ${await token({ refresh })}` };
  } catch (cause) {
    throw isImageApiError(cause) ? cause : new ImageApiError('unauthenticated', { cause });
  }
}

/** Sends a request by `fetch` and parses the JSON of its response. Rejects with `network` or `bad_answer`. */
export function jsonExchange(fetch: Fetch, { url, headers, ...request }: OutgoingRequest): Exchange {
  return async (identity, signal) => {
    let status: number | undefined;
    try {
      const answer = await fetch(url, { ...request, headers: { ...headers, ...identity }, signal });
      status = answer.status;
      return { status, body: await answer.json(), retryAfterMs: retryAfterMs(answer) };
    } catch (cause) {
      // A truncated body rejects with a network error, a complete body that is not JSON with a SyntaxError.
      const isComplete = status !== undefined && isNamed(cause, 'SyntaxError');
      throw new ImageApiError(isComplete ? 'bad_answer' : 'network', { httpStatus: status, cause });
    }
  };
}

/** Milliseconds; undefined if the header is missing or a date. */
function retryAfterMs({ headers }: FetchAnswer): number | undefined {
  const seconds = Number.parseInt(headers?.get('retry-after') ?? '', 10);
  return Number.isNaN(seconds) ? undefined : seconds * 1000;
}
