import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from './scenario.ts';

/** Delays the answers of calls. */
export interface Latency {
  /** Resolves after the latency and, if the scenario holds the call, its release. `signal` ends the wait early. */
  wait(scenario: Scenario | undefined, signal: AbortSignal): Promise<void>;
  /** Number of calls that are held now. */
  heldCalls(): number;
  /** Continues every held call. */
  release(): void;
}

/** `latencyMs` is the default delay in milliseconds; a scenario can replace it. */
export function createLatency(latencyMs: number): Latency {
  const held = new Set<() => void>();

  return {
    async wait(scenario, signal) {
      const dueMs = scenario?.latencyMs ?? latencyMs;
      if (dueMs > 0) await delay(dueMs, undefined, { signal }).catch(() => undefined);
      if (scenario?.hold && !signal.aborted) await hold(signal);
    },
    heldCalls: () => held.size,
    release() {
      for (const resume of [...held]) resume();
    },
  };

  function hold(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        held.delete(resume);
        resolve();
      };
      held.add(resume);
      signal.addEventListener('abort', resume, { once: true });
    });
  }
}
