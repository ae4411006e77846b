import type { ImageClientSettings } from '@darkroom/sdk';
import { browserFetch } from './browser-fetch.ts';
import { uniFetch } from './uni-fetch.ts';
import { uniUploadFile } from './upload-file.ts';

type Transport = Pick<ImageClientSettings, 'baseUrl' | 'fetch' | 'uploadFile'>;

/** How this platform reaches the API: a browser by its own means at the page's origin, everything else through uni. */
export function createTransport(): Transport {
  let transport: Transport = { baseUrl: API_ORIGIN, fetch: uniFetch, uploadFile: uniUploadFile };
  // #ifdef H5
  transport = { baseUrl: window.location.origin, fetch: browserFetch };
  // #endif
  return transport;
}

/** Set when the app is built; WeChat only lets registered https domains through. */
const API_ORIGIN: string = import.meta.env.VITE_API_ORIGIN ?? 'http://localhost:8080';
