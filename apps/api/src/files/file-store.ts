import type { Readable } from 'node:stream';

export interface StoredFile {
  stream: Readable;
  bytes: number;
  contentType: string;
  /** Quoted, as HTTP wants it. */
  etag: string;
}

/**
 * Where pictures live. A key is one path segment of `[a-zA-Z0-9._-]`, chosen by the caller; its ending tells the content
 * type. Any rejection means that the store cannot do its work now (disk full, read-only, away), never that a file is missing.
 */
export interface FileStore {
  /** Durable once it resolves. The same key again replaces the file whole; a reader never sees half of one. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** The whole file; null when there is none. */
  read(key: string): Promise<Uint8Array | null>;
  /** The file as a stream; null when there is none. */
  open(key: string): Promise<StoredFile | null>;
  /** Files that are not there are no error. They are gone for good once it resolves. */
  delete(keys: readonly string[]): Promise<void>;
  /**
   * Makes the store this deployment's unless it is somebody's already, and answers whose it is. Of two that have never
   * claimed it and do so at the same instant both may hear that it is theirs; the next time one of them does not.
   */
  claim(deploymentId: string): Promise<string>;
  /** Every file, in no order; for the sweep of files that no row knows. */
  list(): AsyncIterable<{ key: string; modifiedAt: Date }>;
  /** Removes what writers that have ended left half-written; the ids of writers are those that stores were opened with. */
  removeHalfWritten(endedOf: (writers: readonly string[]) => Promise<readonly string[]>): Promise<void>;
  /** Keeps a small file and removes it, and rejects when there is no room for it: for whoever asks seldom. */
  ping(): Promise<void>;
}

/** Hands out links to files that work for a while and cannot be made by anybody else. */
export interface UrlSigner {
  /** The same link for half its life, so that caches work. */
  sign(key: string): { url: string; expiresAt: Date };
  /** Whether a link's query (as sent) is ours and still good for this key. */
  verify(key: string, query: { expires?: string | undefined; signature?: string | undefined }): boolean;
}

/** The call whose answer it is. */
export interface SpooledCall {
  jobId: string;
  attemptId: string;
  /** 1 for a job's first call. */
  number: number;
}

export interface SpooledAnswer {
  call: SpooledCall;
  /** What `begin` was given, as JSON has it. */
  head: unknown;
  body: Uint8Array;
}

/**
 * Answers of the provider from their first byte until their end is committed: what was paid for outlives a process that is
 * killed in between. On the disk of this process, whichever store keeps the files. No fault of that disk rejects: it costs
 * the safety net, and not the answer.
 */
export interface AnswerSpool {
  /** Keeps the answer to one call while it arrives. */
  record(call: SpooledCall): {
    begin(head: object): Promise<void>;
    write(chunk: Uint8Array): Promise<void>;
    /** The answer is whole: durable once it resolves. */
    end(): Promise<void>;
  };
  /** Attempts whose answer is there and whole. */
  list(): Promise<string[]>;
  /** Null when there is none that can be read. */
  read(attemptId: string): Promise<SpooledAnswer | null>;
  /** Removes what there is of the answer, also of one that is not whole; its recording is over. */
  remove(attemptId: string): Promise<void>;
}
