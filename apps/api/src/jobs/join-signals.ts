/**
 * Returns a signal that aborts when any of `signals` aborts. Unlike with `AbortSignal.any`, `part` removes the
 * listeners: `AbortSignal.any` keeps references on each source for as long as it lives, which may be as long as the
 * process.
 */
export function joinSignals(signals: AbortSignal[]): { signal: AbortSignal; part(): void } {
  const joined = new AbortController();
  const abort = () => joined.abort();
  if (signals.some((signal) => signal.aborted)) abort();
  for (const signal of signals) signal.addEventListener('abort', abort);
  return {
    signal: joined.signal,
    part() {
      for (const signal of signals) signal.removeEventListener('abort', abort);
    },
  };
}
