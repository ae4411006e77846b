import { createImageClient } from '@darkroom/sdk';
import { createId } from './platform/create-id.ts';
import { createTransport } from './platform/transport.ts';
import { session } from './session.ts';

/** Darkroom runs at another address than this app, and accepts this app's own tokens. */
export const api = createImageClient({
  ...createTransport(),
  baseUrl: import.meta.env.VITE_API_ORIGIN,
  token: ({ refresh }) => (refresh ? session.renew() : session.token()),
  createId,
});
