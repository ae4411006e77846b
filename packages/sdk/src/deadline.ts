import { ImageApiError } from './errors.ts';

/**
 * Runs `run` with a deadline of `timeoutMs` milliseconds. Rejects with `aborted` as soon as the signal aborts, and with
 * `network` at the deadline, even if `run` ignores its signal.
 */
export async function withDeadline<Result>(
  timeoutMs: number,
  signal: AbortSignal | null | undefined,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (signal?.aborted) throw new ImageApiError('aborted', { cause: signal.reason });
  const controller = new AbortController();
  let end = (_error: ImageApiError) => {};
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  const onAbort = () => end(new ImageApiError('aborted', { cause: signal?.reason }));
  const timer = setTimeout(
    () => end(new ImageApiError('network', { cause: new Error(`No answer within ${timeoutMs} ms`) })),
    timeoutMs,
  );
  signal?.addEventListener('abort', onAbort);
  try {
    return await Promise.race([ended, run(controller.signal)]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    controller.abort();
  }
}
