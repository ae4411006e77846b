import type { CreateImage } from '@darkroom/contracts';
import { callKind, type JobStore } from '../store/job-store.ts';

/** What a call is taken to last before any was seen: MiniMax's own figure (minimax-api.md, section 5). */
const UNSEEN_CALL_MS = 24_000;
/** Typical times are read again after this long. */
const REMEMBER_MS = 5_000;
const PACE_WINDOW_MS = 60_000;

export interface Estimates {
  /** Milliseconds that a call of this kind lasts; null while there is nothing to base that on. */
  typicalCallMs(order: Pick<CreateImage, 'model' | 'n'>): Promise<number | null>;
  /**
   * How long a job with so many before it waits until its call begins, in milliseconds, as the places and the pace are now;
   * null while there is nothing to base that on.
   */
  waiting(order: Pick<CreateImage, 'model' | 'n'>): Promise<(ahead: number) => number | null>;
}

interface Deps {
  store: Pick<JobStore, 'recentCallMs' | 'countCalls'>;
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
    async waiting(order) {
      const callMs = await typicalCallMs(order);
      const { open, begun } = await store.countCalls(clock() - PACE_WINDOW_MS);
      return (ahead) => {
        // Jobs beyond the free places start as places come free; beyond the pace, as the window lets them.
        const beyondPlaces = Math.max(0, ahead + 1 - Math.max(0, concurrency - open));
        const beyondPace = rpm === 0 ? 0 : Math.max(0, ahead + 1 - Math.max(0, rpm - begun));
        if (beyondPlaces > 0 && callMs === null && beyondPace === 0) return null;
        const byPlaces = (beyondPlaces / concurrency) * (callMs ?? 0);
        const byPace = rpm === 0 ? 0 : (beyondPace / rpm) * PACE_WINDOW_MS;
        return Math.max(byPlaces, byPace);
      };
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
