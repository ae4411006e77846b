import { setTimeout as delay } from 'node:timers/promises';
import type { Script } from './script.ts';

/** Decides how long a call stays open before it is answered. */
export interface Pace {
  /** Resolves when the answer is due; `signal` ends the wait early. */
  wait(script: Script | undefined, signal: AbortSignal): Promise<void>;
  heldCalls(): number;
  /** Lets every held call go on. */
  release(): void;
}

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
