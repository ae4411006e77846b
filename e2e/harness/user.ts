import { createImageClient, type ImageClient } from '@darkroom/sdk';
import { signToken } from '../../apps/api/src/http/sign-token.ts';
import { JWT_SECRET } from './api-environment.ts';
import { createRestClient, type RestClient } from './rest-client.ts';

/** A user's three ways in. */
export interface User {
  token: string;
  /** tRPC. */
  sdk: ImageClient;
  rest: RestClient;
}

/** A user of the API at this address; `signal` ends what is still asked for by REST. */
export function createUser(url: string, userId: string, signal: AbortSignal): User {
  const token = signToken(JWT_SECRET, { user_id: userId, star_id: '2' });
  return { token, sdk: createImageClient({ baseUrl: url, token }), rest: createRestClient(url, token, signal) };
}
