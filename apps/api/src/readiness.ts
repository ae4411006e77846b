import type { Clock } from './clock.ts';
import type { Readiness } from './http/health.ts';

/** Phase of the process. It is ready only while `working`. */
export type Phase = 'starting' | 'working' | 'draining';

interface Deps {
  phase(): Phase;
  /** Checks that must pass for a request to be accepted, run in this order. The name is the reason in the response. */
  checks: Record<string, () => Promise<void>>;
  clock: Pick<Clock, 'monotonic'>;
  log: { warn(fields: object, message: string): void };
}

type State = Awaited<ReturnType<Readiness>>;

/** The checks run at most this often: the route is public, and the checks write. */
const CHECK_EVERY_MS = 1_000;

/**
 * Whether requests can be accepted: not while the process starts or drains, and not while the database or the file
 * store takes no writes.
 */
export function createReadiness({ phase, checks, clock, log }: Deps): Readiness {
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
    if (!latest || clock.monotonic() - latest.at >= CHECK_EVERY_MS) latest = { at: clock.monotonic(), state: check() };
    return latest.state;
  };
}
