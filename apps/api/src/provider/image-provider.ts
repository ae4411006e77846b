import type { Charged, CreateImage, JobErrorCode } from '@darkroom/contracts';

/** A reference photograph by value, or the address that the provider shall fetch it from. */
export type Reference = { url: string } | { bytes: Uint8Array; contentType: string };

export interface ProviderOrder {
  request: CreateImage;
  reference: Reference | null;
}

/** For the operator, never for the user: what the provider said. */
export interface ProviderFailure {
  kind: string;
  code: number | null;
  message: string;
  /** The provider's own words. They may repeat the prompt, so they are kept with the attempt and not logged. */
  providerText: string | null;
}

interface Ids {
  traceId: string | null;
  responseId: string | null;
}

export type ProviderOutcome = Ids &
  (
    | { kind: 'answered'; images: ({ url: string } | { bytes: Uint8Array })[] }
    /** Proven not to have been taken: the same call may be made again, not before `retryAfterMs`. */
    | { kind: 'not_taken'; errorCode: JobErrorCode; retryAfterMs: number | null; failure: ProviderFailure }
    | { kind: 'failed'; errorCode: JobErrorCode; charged: Charged; failure: ProviderFailure }
  );

export interface ImageProvider {
  /** One paid call, bounded in time. Never rejects: every end of a call is an outcome. */
  generate(order: ProviderOrder): Promise<ProviderOutcome>;
}
