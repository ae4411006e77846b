import { type Charged, isH3, type JobErrorCode } from '@darkroom/contracts';
import {
  type GeneratedImages,
  type GenerateImageRequest,
  type MiniMaxClient,
  MiniMaxError,
  type MiniMaxErrorKind,
} from '@darkroom/minimax-client';
import type { ImageProvider, ProviderCall, ProviderFailure, ProviderOutcome, Reference } from './image-provider.ts';

interface Options {
  client: Pick<MiniMaxClient, 'generateImage' | 'readAnswer'>;
  responseFormat: 'url' | 'base64';
}

/**
 * Adapts the MiniMax client to `ImageProvider`: maps Darkroom's requests to MiniMax's, and MiniMax's errors to job
 * errors.
 */
export function createMiniMaxProvider({ client, responseFormat }: Options): ImageProvider {
  return {
    async generate(call, { recorder } = {}) {
      try {
        const result = await client.generateImage(toRequest(call, responseFormat), { recorder });
        return toOutcome(result, call.request.n);
      } catch (error) {
        return toFailure(error);
      }
    },
    async readAnswer(recorded, { imagesMax }) {
      try {
        return toOutcome(await client.readAnswer(recorded), imagesMax);
      } catch (error) {
        if (!MiniMaxError.isInstance(error)) throw error;
        return toFailure(error);
      }
    },
  };
}

/** Ignores images beyond `imagesMax`: no more images are downloaded and stored than were requested. */
function toOutcome({ id, traceId, images: received }: GeneratedImages, imagesMax: number): ProviderOutcome {
  const images = received.slice(0, imagesMax);
  const ids = { traceId: traceId ?? null, responseId: id ?? null };
  if (images.length === 0) {
    return { ...ids, kind: 'failed', errorCode: 'no_images', charged: 'unknown', failure: NO_IMAGES };
  }
  return {
    ...ids,
    kind: 'answered',
    images: images.map((image) => ('url' in image ? image : { bytes: Buffer.from(image.base64, 'base64') })),
  };
}

const NO_IMAGES: ProviderFailure = {
  kind: 'no_images',
  code: 0,
  message: 'success without images',
  providerText: null,
};

/** Throws for a model of the H3 family, which this adapter does not call yet: `MODELS` does not offer it by default. */
function toRequest({ request, references }: ProviderCall, responseFormat: 'url' | 'base64'): GenerateImageRequest {
  if (isH3(request)) throw new Error(`No calls are made for ${request.model}`);
  const { subject_reference: _, ...fields } = request;
  const base: GenerateImageRequest = { ...fields, response_format: responseFormat };
  if (references.length === 0) return base;
  const subjects = references.map((reference) => ({ type: 'character' as const, image_file: toImageFile(reference) }));
  return { ...base, subject_reference: subjects };
}

function toImageFile(reference: Reference): string {
  if ('url' in reference) return reference.url;
  return `data:${reference.contentType};base64,${Buffer.from(reference.bytes).toString('base64')}`;
}

/** interface.md, section 7. Such a job is charged `unknown` when the provider may have accepted the call. */
const ERROR_CODES: Record<MiniMaxErrorKind, JobErrorCode> = {
  timeout: 'provider_timeout',
  unreachable: 'provider_unavailable',
  connection_lost: 'provider_unavailable',
  bad_answer: 'provider_unavailable',
  misdirected: 'provider_unavailable',
  rate_limited: 'provider_rate_limited',
  auth: 'provider_auth',
  balance: 'provider_balance',
  rejected: 'provider_rejected',
  content_input: 'content_rejected',
  content_output: 'content_rejected',
  error: 'provider_error',
  unreadable_reference: 'internal',
  aborted: 'provider_unavailable',
};

/** Kinds whose cause is not the request itself: when the provider did not accept such a call, it may be retried. */
const RETRYABLE: ReadonlySet<MiniMaxErrorKind> = new Set(['unreachable', 'rate_limited']);

/** Kinds that fail every request until the operator fixes an address, a key, an account or the network. */
const OPERATOR_KINDS: ReadonlySet<MiniMaxErrorKind> = new Set(['unreachable', 'misdirected', 'auth', 'balance']);

/**
 * Includes answers that do not come from MiniMax, such as a captive portal's HTTP 200. Excludes HTTP 5xx: MiniMax is
 * down.
 */
function needsOperator({ kind, httpStatus }: MiniMaxError): boolean {
  return OPERATOR_KINDS.has(kind) || (kind === 'bad_answer' && httpStatus !== undefined && httpStatus < 500);
}

function toFailure(error: unknown): ProviderOutcome {
  if (!MiniMaxError.isInstance(error)) {
    const failure = { kind: 'unexpected', code: null, message: String(error), providerText: null };
    return { kind: 'failed', errorCode: 'internal', charged: 'unknown', failure, traceId: null, responseId: null };
  }
  const ids = { traceId: error.traceId ?? null, responseId: error.responseId ?? null };
  const errorCode = ERROR_CODES[error.kind];
  const failure = {
    kind: error.kind,
    code: error.statusCode ?? error.httpStatus ?? null,
    message: error.message,
    providerText: error.providerMessage ?? null,
  };
  const diagnosis = { host: error.host ?? null, needsOperator: needsOperator(error) };
  if (error.taken === 'no' && RETRYABLE.has(error.kind)) {
    return { ...ids, kind: 'not_taken', errorCode, retryAfterMs: error.retryAfterMs ?? null, failure, diagnosis };
  }
  const charged: Charged = error.taken;
  return { ...ids, kind: 'failed', errorCode, charged, failure, diagnosis };
}
