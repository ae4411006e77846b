import { signToken } from '@darkroom/api/sign-token';
import { createImageClient, type ImageClient } from '@darkroom/sdk';
import { JWT_SECRET } from '../api/api-environment.ts';
import { createRestClient, type RestClient } from './rest-client.ts';

/** The three ways in which a user calls the API: token, SDK and REST. */
export interface User {
  token: string;
  /** Calls tRPC. */
  sdk: ImageClient;
  rest: RestClient;
}

/** Signs a token as the app's own sign-in would, by default with the secret of the API under test. */
export function signUserToken(claims: { user_id: string; star_id?: string }, secret = JWT_SECRET): string {
  return signToken(secret, claims);
}

/** Returns a user of the API at this address. Aborting `signal` ends REST requests still in flight. */
export function createUser(url: string, userId: string, signal: AbortSignal): User {
  const token = signUserToken({ user_id: userId, star_id: '2' });
  return { token, sdk: createImageClient({ baseUrl: url, token }), rest: createRestClient(url, token, signal) };
}
