import { createImageClient } from '@darkroom/sdk';
import { createId } from './platform/create-id.ts';
import { readToken } from './platform/token.ts';
import { createTransport } from './platform/transport.ts';

/** The one client of the app. */
export const api = createImageClient({ ...createTransport(), token: readToken, createId });
