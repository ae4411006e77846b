import type { Charged, CreateImage, JobErrorCode } from '@darkroom/contracts';
import type { Family } from '../job/model-family.ts';

/** A reference image by value. */
export interface ReferenceFile {
  /** Reads the file from its start. */
  read(): AsyncIterable<Uint8Array>;
  /** Its exact size. */
  bytes: number;
  contentType: string;
}

/** A reference image by value, or the URL from which the provider fetches it. */
export type Reference = { url: string } | ReferenceFile;

export interface ProviderCall {
  request: CreateImage;
  /** The references of the request, in their order. */
  references: Reference[];
}

/** Details of a failed call. For the operator, never for the user. */
export interface ProviderFailure {
  kind: string;
  code: number | null;
  message: string;
  /** The provider's own error text. It may repeat the prompt, so it is stored with the attempt and never logged. */
  providerText: string | null;
}

/** For the log: the host called, and whether only the operator can fix the cause (address, key, balance, network). */
interface Diagnosis {
  host: string | null;
  needsOperator: boolean;
}

interface Ids {
  traceId: string | null;
  responseId: string | null;
}

/** An image of an answer. `index` is its number among the requested images; absent: its place in the list. */
export type ProviderImage = ({ url: string } | { bytes: Uint8Array }) & { index?: number };

export type ProviderOutcome = Ids &
  /** `failure`: why the answer ended before all images had arrived. */
  (
    | { kind: 'answered'; images: ProviderImage[]; failure?: ProviderFailure }
    /**
     * The provider provably did not accept the call: it may be retried, but not before `retryAfterMs` (milliseconds).
     */
    | {
        kind: 'not_taken';
        errorCode: JobErrorCode;
        retryAfterMs: number | null;
        failure: ProviderFailure;
        diagnosis?: Diagnosis;
      }
    | { kind: 'failed'; errorCode: JobErrorCode; charged: Charged; failure: ProviderFailure; diagnosis?: Diagnosis }
  );

/**
 * Records the answer of a call while it arrives, so that it survives a crash of the process. Calls: `begin`, any number
 * of `write`, and `end` once the answer is complete and before it is parsed. Never rejects.
 */
interface AnswerRecorder {
  /** `head` must be serialisable as JSON. */
  begin(head: object): Promise<void>;
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** An answer as a recorder stored it. */
interface RecordedAnswer {
  head: unknown;
  body: Uint8Array;
}

export interface GenerateOptions {
  recorder?: AnswerRecorder | undefined;
  /**
   * Receives each image of a streamed answer when it arrives. The answer is not read on before it resolves. The outcome
   * holds these images as well.
   */
  onImage?: ((image: ProviderImage) => Promise<void>) | undefined;
}

export interface ImageProvider {
  /**
   * Makes one paid call, bounded in time. Every end of a call is an outcome; rejects only with what `onImage` rejected
   * with.
   */
  generate(call: ProviderCall, options?: GenerateOptions): Promise<ProviderOutcome>;
  /**
   * Returns the outcome of a recorded answer of a model family, with at most `imagesMax` images. Rejects when the record
   * cannot be read.
   */
  readAnswer(recorded: RecordedAnswer, request: { family: Family; imagesMax: number }): Promise<ProviderOutcome>;
}
