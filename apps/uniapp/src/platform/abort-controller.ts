/**
 * AbortController for mini programs, which have none; bound there at build time. Only what the sdk and tRPC use: the
 * `abort` event, `aborted`, `reason`, `throwIfAborted`.
 */
type Listener = (event: { type: 'abort' }) => void;

class MiniAbortSignal {
  aborted = false;
  reason: unknown = undefined;
  readonly #listeners = new Map<Listener, { once: boolean }>();

  addEventListener(_type: 'abort', listener: Listener, options?: { once?: boolean }): void {
    this.#listeners.set(listener, { once: options?.once === true });
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    this.#listeners.delete(listener);
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** For the controller alone. */
  fire(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const [listener, { once }] of [...this.#listeners]) {
      if (once) this.#listeners.delete(listener);
      listener({ type: 'abort' });
    }
  }
}

export default class MiniAbortController {
  readonly signal = new MiniAbortSignal();

  abort(reason: unknown = abortError()): void {
    this.signal.fire(reason);
  }
}

/** What an aborted call rejects with everywhere: an error named AbortError. */
export function abortError(): Error {
  const error = new Error('The call was aborted.');
  error.name = 'AbortError';
  return error;
}
