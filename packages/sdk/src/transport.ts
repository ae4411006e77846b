import { ImageApiError } from './errors.ts';

/** The part of `fetch` that is used, so that a platform without one can bring its own. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  /** FormData only for uploads without an own `uploadFile`. */
  body?: string | FormData;
  signal: AbortSignal;
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
    throw cause instanceof ImageApiError ? cause : new ImageApiError('unauthenticated', { cause });
  }
}

/** Fetches and parses; rejects with `network` or `bad_answer`. */
export async function fetchJson(fetch: Fetch, url: string, init: FetchInit): Promise<Answer> {
  let status: number | undefined;
  try {
    const answer = await fetch(url, init);
    status = answer.status;
    const retryAfterS = Number(answer.headers?.get('retry-after') ?? Number.NaN);
    return {
      status,
      body: await answer.json(),
      retryAfterMs: Number.isFinite(retryAfterS) ? retryAfterS * 1000 : undefined,
    };
  } catch (cause) {
    // A body cut short fails as a connection does; a whole one that is not JSON as a SyntaxError.
    const isCutShort = status === undefined || !(cause instanceof Error) || cause.name !== 'SyntaxError';
    throw new ImageApiError(isCutShort ? 'network' : 'bad_answer', { httpStatus: status, cause });
  }
}
