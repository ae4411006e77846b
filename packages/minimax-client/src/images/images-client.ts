import type { buildConnector } from 'undici';
import type { Clock } from '../clock.ts';
import type { RecordedAnswer } from '../http/recorded-answer.ts';
import type { ImagesResult } from './answer-state.ts';
import { callImages, type ImagesCallOptions } from './call-images.ts';
import { readRecordedImages } from './read-recorded-images.ts';
import { DEFAULT_REFERENCE_KEY } from './request-body.ts';
import type { EditImagesRequest, GenerateImagesRequest } from './wire.ts';

/** MiniMax's own limit, which it asks callers to wait for at least. */
const DEFAULT_TIMEOUT_MS = 600_000;
/** MiniMax sends a comment every 15 s. */
const DEFAULT_IDLE_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_EVENT_LENGTH = 1024 * 1024;

/** Settings of the calls to H3's endpoints, `client.images`. */
export interface ImagesSettings {
  /**
   * Milliseconds that MiniMax may take for a whole call, from connecting to the last byte, without the time that
   * `onImage` takes; default 600,000.
   */
  timeoutMs?: number | undefined;
  /**
   * Milliseconds without a byte after which a stream is given up, once its headers have arrived; default 60,000.
   */
  idleTimeoutMs?: number | undefined;
  /** Most UTF-16 units of one event of a stream; a longer one is dropped. Default 1,048,576. */
  maxEventLength?: number | undefined;
  /** Key of the string in an item of `images`; default `image_url`. Not confirmed: docs/h3-unconfirmed.md. */
  referenceKey?: string | undefined;
}

/**
 * `/v1/images/…`, for `MiniMax-H3-Image` and `MiniMax-H3-Image-Highspeed`. A call resolves if it delivered at least one
 * image, also if it failed afterwards: `error` of its result says so. Otherwise it rejects with a MiniMaxError, whose
 * `taken` says whether MiniMax may have billed it. A rejection of `onImage` is passed on.
 */
export interface ImagesClient {
  /** Sends one call to `POST /v1/images/generations`. Never retries. */
  generate(request: GenerateImagesRequest, options?: ImagesCallOptions): Promise<ImagesResult>;
  /** Sends one call to `POST /v1/images/edits`. Never retries. */
  edit(request: EditImagesRequest, options?: ImagesCallOptions): Promise<ImagesResult>;
  /**
   * Reads the recorded answer to a request for `n` images, also one that is cut. Resolves or rejects as a call would
   * whose answer ended there.
   */
  readAnswer(recorded: RecordedAnswer, n: number): Promise<ImagesResult>;
}

interface Options extends ImagesSettings {
  apiKey: string;
  /** Without a trailing `/` or `/v1`. */
  baseUrl: string;
  maxResponseBytes: number;
  connect: buildConnector.connector;
  clock: Clock;
}

/** Creates the client of both endpoints. */
export function createImagesClient(options: Options): ImagesClient {
  const bounds = {
    maxBytes: options.maxResponseBytes,
    maxEventLength: options.maxEventLength ?? DEFAULT_MAX_EVENT_LENGTH,
  };
  const settings = {
    ...bounds,
    apiKey: options.apiKey,
    connect: options.connect,
    clock: options.clock,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    idleTimeoutMs: options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    referenceKey: options.referenceKey ?? DEFAULT_REFERENCE_KEY,
  };
  const generations = { ...settings, url: `${options.baseUrl}/v1/images/generations` };
  const edits = { ...settings, url: `${options.baseUrl}/v1/images/edits` };
  return {
    generate: (request, options = {}) => callImages(generations, request, options),
    edit: (request, options = {}) => callImages(edits, request, options),
    readAnswer: (recorded, n) => readRecordedImages(recorded, n, bounds),
  };
}
