import { createImageClient } from '@darkroom/sdk';
import { createId } from './platform/create-id.ts';
import { claimDevice } from './platform/device-owner.ts';
import { readToken } from './platform/token.ts';
import { createTransport } from './platform/transport.ts';
import { goHome } from './routes.ts';

/** The app's SDK client. */
export const api = createImageClient({ ...createTransport(), token: signIn, createId });

/** The token, unless the pages still show another user's data: that must not be sent under this token. */
async function signIn(ask: { refresh: boolean }): Promise<string> {
  const token = await readToken(ask);
  if (!claimDevice(token)) return token;
  goHome();
  throw new Error('Somebody else has signed in.');
}
