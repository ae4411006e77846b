import { ImageApiError } from '@darkroom/sdk';
import { storedValue } from './storage.ts';

/** The user's token on this device. */
export const storedToken = storedValue<string>('darkroom.token', (value) =>
  typeof value === 'string' && value ? value : null,
);

/** Keeps a token that the app was launched with; anything else is ignored. */
export function acceptToken(token: unknown): void {
  if (typeof token === 'string' && token !== '') storedToken.write(token);
}

/** Issued by the API in development, for this page visit. */
let developmentToken: string | null = null;

/**
 * The user's token, as the SDK asks for it; `refresh` is set after a 401. The surrounding app provides it. Only without one
 * is a development token requested, so an expired token never turns into another user. Rejects when there is none, and with
 * an ImageApiError when the request failed.
 */
export async function readToken({ refresh }: { refresh: boolean }): Promise<string> {
  const brought = storedToken.read();
  if (brought !== null && !refresh) return brought;
  // #ifdef H5
  if (refresh) developmentToken = null;
  if (brought === null) developmentToken ??= await askForDevelopmentToken();
  if (developmentToken !== null) return developmentToken;
  // #endif
  throw new Error('There is no token.');
}

async function askForDevelopmentToken(): Promise<string | null> {
  const answer = await fetch('/dev/token?user_id=1&star_id=2').catch((cause: unknown) => {
    throw new ImageApiError('network', { cause });
  });
  if (answer.status >= 500) throw new ImageApiError('unavailable', { httpStatus: answer.status });
  const body: unknown = answer.ok ? await answer.json() : null;
  const isToken = typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string';
  return isToken ? String(body.token) : null;
}
