import { ImageApiError } from '@darkroom/sdk';
import { storedValue } from './storage.ts';

/** The person's token on this device. */
export const storedToken = storedValue<string>('darkroom.token', (value) =>
  typeof value === 'string' && value ? value : null,
);

/** Keeps a token that the app was launched with; anything else is ignored. */
export function acceptToken(token: unknown): void {
  if (typeof token === 'string' && token !== '') storedToken.write(token);
}

/** Made by the API for this visit of a page that it serves in development. */
let developmentToken: string | null = null;

/**
 * The person's token, in the sdk's form: `refresh` comes after a 401. The app around these pages has to bring one; only where
 * it brings none the API is asked, which gives tokens away in development. So one that was brought and has expired never
 * makes the person somebody else. Rejects when there is none, and with an ImageApiError when that could not be found out.
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
