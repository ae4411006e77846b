import { buildConnector } from 'undici';
import { type Clock, systemClock } from './clock.ts';
import {
  type ExchangeSettings,
  type GenerateImageOptions,
  generateImage,
  readRecordedAnswer,
} from './generate-image.ts';
import type { GeneratedImages } from './read-answer.ts';
import type { RecordedAnswer } from './recorded-answer.ts';
import type { GenerateImageRequest } from './wire.ts';

/** The China host; `https://api.minimax.cn` and, for international keys, `https://api.minimax.io` are the others. */
const DEFAULT_BASE_URL = 'https://api.minimaxi.com';
const DEFAULT_TIMEOUT_MS = 180_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
/** Nine pictures as base64 can be 40 MB of JSON. */
const DEFAULT_MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

export interface MiniMaxClientOptions {
  /** Belongs to the region of `baseUrl`: another region's host answers as if it were wrong. */
  apiKey: string;
  /** Any origin, with or without a trailing `/` or `/v1`; default `https://api.minimaxi.com`. */
  baseUrl?: string | undefined;
  /** One whole exchange, from the first packet to the last byte of the answer; default 180,000. */
  timeoutMs?: number | undefined;
  /** DNS, TCP and TLS; default 10,000. Not used with a `connect` of your own. */
  connectTimeoutMs?: number | undefined;
  /** Bound on an answer, after decompression; default 64 MiB. */
  maxResponseBytes?: number | undefined;
  /** How connections are made, for a proxy or a CA of your own; default undici's `buildConnector`. */
  connect?: buildConnector.connector | undefined;
  clock?: Clock | undefined;
}

export interface MiniMaxClient {
  /** One call, which is never repeated. Rejects with a MiniMaxError. */
  generateImage(request: GenerateImageRequest, options?: GenerateImageOptions): Promise<GeneratedImages>;
  /** The result of a call whose answer was recorded. Rejects with a MiniMaxError, as the call would have. */
  readAnswer(recorded: RecordedAnswer): Promise<GeneratedImages>;
}

/** Throws a TypeError for a key or a base URL that cannot work. */
export function createMiniMaxClient(options: MiniMaxClientOptions): MiniMaxClient {
  const timeout = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
  const settings: ExchangeSettings = {
    apiKey: checkApiKey(options.apiKey),
    url: endpointOf(options.baseUrl ?? DEFAULT_BASE_URL),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxResponseBytes: options.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES,
    connect: options.connect ?? buildConnector({ timeout, allowH2: false }),
    clock: options.clock ?? systemClock,
  };
  return {
    generateImage: (request, options = {}) => generateImage(settings, request, options),
    readAnswer: (recorded) => readRecordedAnswer(recorded, settings.maxResponseBytes),
  };
}

/** Checked here, since fetch would repeat a malformed key in the text of its error. */
function checkApiKey(apiKey: string): string {
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new TypeError('The MiniMax key must be visible ASCII characters.');
  return apiKey;
}

function endpointOf(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new TypeError('The MiniMax base URL must be an http(s) origin without credentials.');
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  return `${url.origin}${path}/v1/image_generation`;
}
