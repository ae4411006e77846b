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

/** For the log: where the call went, and whether only the operator can mend what it met (address, key, balance, network). */
export interface Blame {
  host: string | null;
  isOperators: boolean;
}

interface Ids {
  traceId: string | null;
  responseId: string | null;
}

export type ProviderOutcome = Ids &
  (
    | { kind: 'answered'; images: ({ url: string } | { bytes: Uint8Array })[] }
    /** Proven not to have been taken: the same call may be made again, not before `retryAfterMs`. */
    | {
        kind: 'not_taken';
        errorCode: JobErrorCode;
        retryAfterMs: number | null;
        failure: ProviderFailure;
        blame?: Blame;
      }
    | { kind: 'failed'; errorCode: JobErrorCode; charged: Charged; failure: ProviderFailure; blame?: Blame }
  );

/**
 * Keeps the answer of a call while it arrives, so that it outlives the process: `begin`, any number of `write`, and `end` once
 * it is whole and before it is read. Never rejects.
 */
export interface AnswerRecorder {
  /** `head` can be JSON. */
  begin(head: object): Promise<void>;
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** What a recorder kept. */
export interface RecordedAnswer {
  head: unknown;
  body: Uint8Array;
}

export interface ImageProvider {
  /** One paid call, bounded in time. Never rejects: every end of a call is an outcome. */
  generate(order: ProviderOrder, recorder?: AnswerRecorder): Promise<ProviderOutcome>;
  /** The outcome of a call whose answer was recorded, with at most `imagesMax` images. Rejects when it cannot be read. */
  readAnswer(recorded: RecordedAnswer, imagesMax: number): Promise<ProviderOutcome>;
}
