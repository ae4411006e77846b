import type { Readable } from 'node:stream';
import type { Family } from '../job/model-family.ts';

export interface StoredFile {
  stream: Readable;
  bytes: number;
  contentType: string;
  /** Quoted, as HTTP requires. */
  etag: string;
}

/**
 * Stores the files of results and uploads. A key is one path segment of `[a-zA-Z0-9._-]`, chosen by the caller; its
 * extension determines the content type. Any rejection means that the store does not work now (disk full, read-only,
 * unreachable), never that a file is missing.
 */
export interface FileStore {
  /** Durable once it resolves. Writing a key again replaces the whole file; a reader never sees a partial one. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** The whole file; null when there is none. */
  read(key: string): Promise<Uint8Array | null>;
  /** The file as a stream; null when there is none. */
  open(key: string): Promise<StoredFile | null>;
  /** A missing file is not an error. The deletion is durable once it resolves. */
  delete(keys: readonly string[]): Promise<void>;
  /**
   * Claims the store for this deployment unless another one owns it, and returns the owner's id. Two deployments that
   * claim a store without an owner at the same instant may both get their own id; the next claim of one of them returns
   * the other's.
   */
  claim(deploymentId: string): Promise<string>;
  /** Lists every file, in no order. Used by the sweep of files that no row names. */
  list(): AsyncIterable<{ key: string; modifiedAt: Date }>;
  /**
   * Removes partial files of writers that have ended. The ids of writers are those that stores were opened with;
   * `endedOf` returns those that have ended.
   */
  removePartialFiles(endedOf: (writers: readonly string[]) => Promise<readonly string[]>): Promise<void>;
  /** Writes a small file and removes it; rejects when there is no room for it. For infrequent checks. */
  ping(): Promise<void>;
}

/** Creates links to files. A link expires, and cannot be forged. */
export interface LinkSigner {
  /** Returns the same link for half its lifetime, so that caches work. */
  sign(key: string): { url: string; expiresAt: Date };
}

/** The signer with its check. */
export interface UrlSigner extends LinkSigner {
  /** When `sign` will return other links, in milliseconds since the epoch. */
  nextLinkAt(): number;
  /** Whether a link's query (as sent) carries our signature for this key and has not expired. */
  verify(key: string, query: { expires?: string | undefined; signature?: string | undefined }): boolean;
}

/** The call that the answer belongs to. */
interface SpooledCall {
  jobId: string;
  attemptId: string;
  /** 1 for a job's first call. */
  number: number;
  /** Family of the model: each has answers of its own kind. */
  family: Family;
}

export interface SpooledAnswer {
  call: SpooledCall;
  /** False if its process was killed while the answer arrived. */
  isComplete: boolean;
  /** The argument of `begin`, after serialization as JSON. */
  head: unknown;
  body: Uint8Array;
}

/**
 * Keeps the provider's answers from their first byte until the end of the attempt is committed: an answer that was paid
 * for survives a process that is killed in between. Always on the disk of this process, whichever store keeps the
 * files. A fault of that disk never rejects: it costs the safety net, not the answer.
 */
export interface AnswerSpool {
  /** Records the answer to one call while it arrives. */
  record(call: SpooledCall): {
    begin(head: object): Promise<void>;
    write(chunk: Uint8Array): Promise<void>;
    /** The answer is complete: durable once it resolves. */
    end(): Promise<void>;
  };
  /** Ids of attempts with a complete answer. */
  list(): Promise<string[]>;
  /** Null when there is no readable answer. */
  read(attemptId: string): Promise<SpooledAnswer | null>;
  /** Removes the answer, complete or partial, and ends its recording. */
  remove(attemptId: string): Promise<void>;
}
