/**
 * Aborts with any of these. `AbortSignal.any` does so too, and leaves a trace on each of them for as long as that one lives,
 * which may be as long as the process: here `part` lets go of them.
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
