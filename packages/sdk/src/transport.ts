import { ImageApiError, isImageApiError, isNamed } from './errors.ts';

/** The part of `fetch` that is used, so that a platform without one can bring its own. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  /** FormData only for uploads without an own `uploadFile`. */
  body?: string | FormData;
  signal: AbortSignal;
}

/** A request before it is known who asks, and how long for. */
export interface OutgoingRequest extends Omit<FetchInit, 'signal'> {
  url: string;
}

export interface FetchAnswer {
  status: number;
  headers?: { get(name: string): string | null };
  json(): Promise<unknown>;
}

/**
 * A bearer token, or what gives one before each request. After a 401 a function is asked once more, with `refresh` true.
 * What it throws is passed on if it is an `ImageApiError`, and is `unauthenticated` otherwise.
 */
export type Token = string | ((options: { refresh: boolean }) => string | Promise<string>);

export interface Answer {
  status: number;
  /** Parsed JSON. */
  body: unknown;
  retryAfterMs?: number | undefined;
}

/** One HTTP exchange, with the headers that identify the caller. */
export type Exchange = (headers: { authorization: string }, signal: AbortSignal) => Promise<Answer>;

/** Sends one exchange for the caller; with a token function, once more after a 401. */
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

/** An exchange of JSON by fetch; rejects with `network` or `bad_answer`. */
export function jsonExchange(fetch: Fetch, { url, headers, ...request }: OutgoingRequest): Exchange {
  return async (identity, signal) => {
    let status: number | undefined;
    try {
      const answer = await fetch(url, { ...request, headers: { ...headers, ...identity }, signal });
      status = answer.status;
      return { status, body: await answer.json(), retryAfterMs: retryAfterMs(answer) };
    } catch (cause) {
      // A body cut short fails as a connection does; a whole one that is not JSON as a SyntaxError.
      const isWhole = status !== undefined && isNamed(cause, 'SyntaxError');
      throw new ImageApiError(isWhole ? 'bad_answer' : 'network', { httpStatus: status, cause });
    }
  };
}

/** Undefined where the header is missing, or a date. */
function retryAfterMs({ headers }: FetchAnswer): number | undefined {
  const seconds = Number.parseInt(headers?.get('retry-after') ?? '', 10);
  return Number.isNaN(seconds) ? undefined : seconds * 1000;
}
