import type { CreateImage } from '@darkroom/contracts';
import { callKind, type JobStore } from '../store/job-store.ts';

/** What a call is taken to last before any was seen: MiniMax's own figure (minimax-api.md, section 5). */
const UNSEEN_CALL_MS = 24_000;
/** Typical times are read again after this long. */
const REMEMBER_MS = 5_000;

export interface Estimates {
  /** Milliseconds that a call of this kind lasts; null while there is nothing to base that on. */
  typicalCallMs(order: Pick<CreateImage, 'model' | 'n'>): Promise<number | null>;
  /** Milliseconds until a job with so many before it starts, as far as the pace and the places allow; null if unknown. */
  waitMs(ahead: number, typicalCallMs: number | null): number | null;
}

interface Deps {
  store: Pick<JobStore, 'recentCallMs'>;
  concurrency: number;
  /** Calls a minute; 0 = no bound. */
  rpm: number;
  clock(): number;
}

export function createEstimates({ store, concurrency, rpm, clock }: Deps): Estimates {
  const remembered = new Map<string, { typicalMs: number | null; readAt: number }>();

  async function typicalCallMs(order: Pick<CreateImage, 'model' | 'n'>): Promise<number | null> {
    const kind = callKind(order);
    const known = remembered.get(kind);
    if (known && clock() - known.readAt < REMEMBER_MS) return known.typicalMs;
    const ofKind = await store.recentCallMs(kind);
    const typicalMs = median(ofKind.length > 0 ? ofKind : await store.recentCallMs(null));
    remembered.set(kind, { typicalMs, readAt: clock() });
    return typicalMs;
  }

  return {
    typicalCallMs,
    waitMs(ahead, callMs) {
      const byPace = rpm === 0 ? null : (Math.max(0, ahead + 1 - rpm) / rpm) * 60_000;
      const byPlaces = callMs === null ? null : (ahead / concurrency) * callMs;
      return byPace === null && byPlaces === null ? null : Math.max(byPace ?? 0, byPlaces ?? 0);
    },
  };
}

/** What a call that begins now is expected to last, fixed for its progress. */
export function expectedCallMs(recentCallMs: number[]): number {
  return median(recentCallMs) ?? UNSEEN_CALL_MS;
}

function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
