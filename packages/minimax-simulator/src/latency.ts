import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from './scenario.ts';

/** Delays the answers of calls. */
export interface Latency {
  /**
   * Resolves when the image after `finished` others is due and, if the scenario holds the call there, after its release.
   * `signal` ends the wait early.
   */
  wait(scenario: Scenario | undefined, signal: AbortSignal, finished?: number): Promise<void>;
  /** Resolves after the release if the scenario holds the call after `finished` images. */
  holdAfter(scenario: Scenario | undefined, signal: AbortSignal, finished: number): Promise<void>;
  /** Number of calls that are held now. */
  heldCalls(): number;
  /** Continues every held call. */
  release(): void;
}

/** Images of one call are made at the same time: each takes this share of the first one's time longer. */
const NEXT_IMAGE_SHARE = 0.25;

/** `latencyMs` is the default delay of the first image in milliseconds; a scenario can replace it. */
export function createLatency(latencyMs: number): Latency {
  const held = new Set<() => void>();

  return {
    async wait(scenario, signal, finished = 0) {
      const firstMs = scenario?.latencyMs ?? latencyMs;
      const dueMs = finished === 0 ? firstMs : firstMs * NEXT_IMAGE_SHARE;
      if (dueMs > 0) await delay(dueMs, undefined, { signal }).catch(() => undefined);
      await holdAfter(scenario, signal, finished);
    },
    holdAfter,
    heldCalls: () => held.size,
    release() {
      for (const resume of [...held]) resume();
    },
  };

  async function holdAfter(scenario: Scenario | undefined, signal: AbortSignal, finished: number): Promise<void> {
    if (scenario?.hold && scenario.holdAfter === finished && !signal.aborted) await hold(signal);
  }

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
