import type { ImageClientSettings } from '@darkroom/sdk';
import { browserFetch } from './browser-fetch.ts';
import { uniFetch } from './uni-fetch.ts';
import { uniUploadFile } from './upload-file.ts';

type Transport = Pick<ImageClientSettings, 'baseUrl' | 'fetch' | 'uploadFile'>;

/** How this platform reaches the API: browsers by fetch on the page's origin, everything else through uni. */
export function createTransport(): Transport {
  let transport: Transport = { baseUrl: API_ORIGIN, fetch: uniFetch, uploadFile: uniUploadFile };
  // #ifdef H5
  transport = { baseUrl: window.location.origin, fetch: browserFetch };
  // #endif
  return transport;
}

/** Set at build time; WeChat allows registered https domains only. */
const API_ORIGIN: string = import.meta.env.VITE_API_ORIGIN ?? 'http://localhost:8080';
