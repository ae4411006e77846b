import { setTimeout as delay } from 'node:timers/promises';
import type { Script } from './script.ts';

/** Delays the answers of calls. */
export interface Pace {
  /** Resolves after the latency and, if the script holds the call, its release. `signal` ends the wait early. */
  wait(script: Script | undefined, signal: AbortSignal): Promise<void>;
  /** Number of calls that are held now. */
  heldCalls(): number;
  /** Continues every held call. */
  release(): void;
}

/** `latencyMs` is the default delay in milliseconds; a script can replace it. */
export function createPace(latencyMs: number): Pace {
  const held = new Set<() => void>();

  return {
    async wait(script, signal) {
      const dueMs = script?.latencyMs ?? latencyMs;
      if (dueMs > 0) await delay(dueMs, undefined, { signal }).catch(() => undefined);
      if (script?.hold && !signal.aborted) await hold(signal);
    },
    heldCalls: () => held.size,
    release() {
      for (const letGo of [...held]) letGo();
    },
  };

  function hold(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const letGo = () => {
        held.delete(letGo);
        resolve();
      };
      held.add(letGo);
      signal.addEventListener('abort', letGo, { once: true });
    });
  }
}
