import type { Readiness } from './http/health.ts';

/** Orders are taken on as they come only while it works. */
export type Phase = 'starting' | 'working' | 'draining';

interface Deps {
  phase(): Phase;
  /** What has to work for an order to be taken, by the name that the answer gives as the reason; tried in this order. */
  checks: Record<string, () => Promise<void>>;
  /** Milliseconds that pass evenly. */
  monotonic(): number;
  log: { warn(facts: object, message: string): void };
}

type State = Awaited<ReturnType<Readiness>>;

/** Anybody may ask, and the checks write: they run at most this often, however many ask. */
const CHECK_EVERY_MS = 1_000;

/** Whether orders can be taken: not while the process starts or drains, and not while its database or its files take no writes. */
export function createReadiness({ phase, checks, monotonic, log }: Deps): Readiness {
  let latest: { at: number; state: Promise<State> } | undefined;

  async function check(): Promise<State> {
    for (const [reason, run] of Object.entries(checks)) {
      try {
        await run();
      } catch (err) {
        log.warn({ err, reason }, 'not ready');
        return { ready: false, reason };
      }
    }
    return { ready: true };
  }

  return async function readiness() {
    const now = phase();
    if (now !== 'working') return { ready: false, reason: now };
    if (!latest || monotonic() - latest.at >= CHECK_EVERY_MS) latest = { at: monotonic(), state: check() };
    return latest.state;
  };
}
