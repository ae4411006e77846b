/// <reference path="./http/undici-connect.d.ts" />
import type { buildConnector } from 'undici';
import createConnector from 'undici/lib/core/connect.js';
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
import { createImagesClient, type ImagesClient, type ImagesSettings } from './images/images-client.ts';

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
  /** Milliseconds for a whole call to image-01, from connecting to the last byte of the response; default 180,000. */
  timeoutMs?: number | undefined;
  /** Milliseconds for DNS, TCP and TLS; default 10,000. Not used if `connect` is given. */
  connectTimeoutMs?: number | undefined;
  /** Settings of `client.images`. */
  images?: ImagesSettings | undefined;
  /** Most bytes of a response, before and after decompression; default 64 MiB. A larger one fails with `bad_answer`. */
  maxResponseBytes?: number | undefined;
  /**
   * Opens connections, such as through a proxy or with another CA; default undici's `buildConnector` without HTTP/2.
   */
  connect?: buildConnector.connector | undefined;
  /** For tests; default: the system's time and timers. */
  clock?: Clock | undefined;
}

/** A client for MiniMax's image endpoints. It keeps no state and no connection between calls. */
export interface MiniMaxClient {
  /** Sends one call to `POST /v1/image_generation`. Never retries. Rejects with a MiniMaxError only. */
  generateImage(request: GenerateImageRequest, options?: GenerateImageOptions): Promise<GeneratedImages>;
  /** Reads a recorded response of `generateImage`. Resolves or rejects as the call itself would have. */
  readAnswer(recorded: RecordedAnswer): Promise<GeneratedImages>;
  /** The endpoints of `MiniMax-H3-Image`. */
  images: ImagesClient;
}

/** Creates a client. Throws a TypeError for a malformed key or base URL. */
export function createMiniMaxClient(options: MiniMaxClientOptions): MiniMaxClient {
  const timeout = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
  const baseUrl = baseUrlOf(options.baseUrl ?? DEFAULT_BASE_URL);
  const maxResponseBytes = options.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES;
  const shared = {
    apiKey: checkApiKey(options.apiKey),
    connect: options.connect ?? createConnector({ timeout, allowH2: false }),
    clock: options.clock ?? systemClock,
  };
  const settings: ExchangeSettings = {
    ...shared,
    url: `${baseUrl}/v1/image_generation`,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxResponseBytes,
  };
  return {
    generateImage: (request, options = {}) => generateImage(settings, request, options),
    readAnswer: (recorded) => readRecordedAnswer(recorded, maxResponseBytes),
    images: createImagesClient({ ...shared, baseUrl, maxResponseBytes, ...options.images }),
  };
}

/** Rejects a malformed key here: fetch would include it in its error message. */
function checkApiKey(apiKey: string): string {
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new TypeError('The MiniMax key must be visible ASCII characters.');
  return apiKey;
}

/** The base URL without a trailing `/` or `/v1`. */
function baseUrlOf(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new TypeError('The MiniMax base URL must be an http(s) origin without credentials.');
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  return url.origin + path;
}
