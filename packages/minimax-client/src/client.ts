import { buildConnector } from 'undici';
import { type Clock, systemClock } from './clock.ts';
import type { RecordedAnswer } from './http/recorded-answer.ts';
import {
  type ExchangeSettings,
  type GenerateImageOptions,
  generateImage,
  readRecordedAnswer,
} from './image-generation/generate-image.ts';
import type { GeneratedImages } from './image-generation/read-answer.ts';
import type { GenerateImageRequest } from './image-generation/wire.ts';

/**
 * The host for China. The others are `https://api.minimax.cn` and, for international keys, `https://api.minimax.io`.
 */
const DEFAULT_BASE_URL = 'https://api.minimaxi.com';
const DEFAULT_TIMEOUT_MS = 180_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
/** Nine images as base64 can be 40 MB of JSON. */
const DEFAULT_MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** Settings of `createMiniMaxClient`. Only `apiKey` is required. */
export interface MiniMaxClientOptions {
  /**
   * Visible ASCII. It must be of the same region as `baseUrl`: a host of another region answers 2049 or 1004 (kind
   * `auth`).
   */
  apiKey: string;
  /**
   * An http(s) origin without credentials, optionally with a path, `/` or `/v1`; default `https://api.minimaxi.com`.
   */
  baseUrl?: string | undefined;
  /** Milliseconds for a whole call, from connecting to the last byte of the response; default 180,000. */
  timeoutMs?: number | undefined;
  /** Milliseconds for DNS, TCP and TLS; default 10,000. Not used if `connect` is given. */
  connectTimeoutMs?: number | undefined;
  /** Most bytes of a response, before and after decompression; default 64 MiB. A larger one fails with `bad_answer`. */
  maxResponseBytes?: number | undefined;
  /**
   * Opens connections, such as through a proxy or with another CA; default undici's `buildConnector` without HTTP/2.
   */
  connect?: buildConnector.connector | undefined;
  /** For tests; default: the system's time and timers. */
  clock?: Clock | undefined;
}

/** A client for MiniMax's image generation. It keeps no state and no connection between calls. */
export interface MiniMaxClient {
  /** Sends one call to `POST /v1/image_generation`. Never retries. Rejects with a MiniMaxError only. */
  generateImage(request: GenerateImageRequest, options?: GenerateImageOptions): Promise<GeneratedImages>;
  /** Reads a recorded response. Resolves or rejects as the call itself would have. */
  readAnswer(recorded: RecordedAnswer): Promise<GeneratedImages>;
}

/** Creates a client. Throws a TypeError for a malformed key or base URL. */
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

/** Rejects a malformed key here: fetch would include it in its error message. */
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
