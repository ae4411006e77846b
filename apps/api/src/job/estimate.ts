import type { CreateImage } from '@darkroom/contracts';
import type { CallHistory, RecentCalls } from './attempt.ts';
import { callKind } from './stored-job.ts';

/** What a call is taken to last before any was seen: MiniMax's own figure (minimax-api.md, section 5). */
const UNSEEN_CALL_MS = 24_000;
/** Typical times are read again after this long. */
const REMEMBER_MS = 5_000;
const RATE_LIMIT_WINDOW_MS = 60_000;

type WaitMs = (ahead: number) => number | null;

export interface Estimates {
  /** Milliseconds that a call of this kind lasts; null while there is nothing to base that on. */
  typicalCallMs(order: Pick<CreateImage, 'model' | 'n'>): Promise<number | null>;
  /**
   * How long a job with so many waiting jobs before it waits until its call begins, in milliseconds, as the places and the
   * pace are now; null while there is nothing to base that on.
   */
  waiting(order: Pick<CreateImage, 'model' | 'n'>): Promise<WaitMs>;
  /** The same for a job that repeats its call: once it is due it goes before those. */
  repeating(order: Pick<CreateImage, 'model' | 'n'>): Promise<number | null>;
}

interface Deps {
  store: CallHistory;
  /** Calls that all workers can make at once. */
  countSlots(): Promise<number>;
  /** Calls a minute; 0 = no bound. */
  rpm: number;
  /** Milliseconds that pass evenly. */
  monotonic(): number;
}

export function createEstimates({ store, countSlots, rpm, monotonic }: Deps): Estimates {
  const remembered = new Map<string, { typicalMs: number; readAt: number }>();

  async function typicalCallMs(order: Pick<CreateImage, 'model' | 'n'>): Promise<number | null> {
    const kind = callKind(order);
    const known = remembered.get(kind);
    if (known && monotonic() - known.readAt < REMEMBER_MS) return known.typicalMs;
    const ofKind = await store.recentCallMs(kind);
    const typicalMs = median(ofKind.length > 0 ? ofKind : await store.recentCallMs(null));
    // The first call ever seen makes estimates at once.
    if (typicalMs !== null) remembered.set(kind, { typicalMs, readAt: monotonic() });
    return typicalMs;
  }

  /** The wait for a call with so many calls before it. */
  async function waitMs(order: Pick<CreateImage, 'model' | 'n'>, calls: RecentCalls): Promise<WaitMs> {
    const callMs = await typicalCallMs(order);
    const places = await countSlots();
    if (places === 0) return () => null; // nobody is there to call
    return (ahead) => {
      // Jobs beyond the free places start as places come free; beyond the pace, as earlier calls leave the window.
      const beyondFree = Math.max(0, ahead + 1 - Math.max(0, places - calls.open));
      const beyondAll = Math.max(0, ahead + 1 - places);
      const byRateLimit = rateLimitWaitMs(calls, ahead, rpm);
      if (beyondFree > 0 && callMs === null && byRateLimit === 0) return null;
      const turnMs = (callMs ?? 0) / places;
      return Math.max(beyondFree * turnMs, calls.backOffMs + beyondAll * turnMs, byRateLimit);
    };
  }

  // Without a pace nobody counts the calls of the last minute, of which there may be thousands.
  const recentCalls = () => store.recentCalls(rpm === 0 ? 0 : RATE_LIMIT_WINDOW_MS);

  return {
    typicalCallMs,
    async waiting(order) {
      const calls = await recentCalls();
      const wait = await waitMs(order, calls);
      return (ahead) => wait(calls.repeats + ahead);
    },
    async repeating(order) {
      const wait = await waitMs(order, await recentCalls());
      return wait(0);
    },
  };
}

/** Milliseconds until the window has room for the call with so many before it, all of them as early as they may. */
function rateLimitWaitMs({ begunAgoMs, backOffMs }: RecentCalls, ahead: number, rpm: number): number {
  const starts = begunAgoMs.slice(-rpm);
  const beyondRateLimit = ahead - Math.max(0, rpm - starts.length);
  if (rpm === 0 || beyondRateLimit < 0) return backOffMs;
  // A window later every call makes room for one: first those that have begun, then those that begin once they may.
  const leavingAgoMs = starts[beyondRateLimit % rpm];
  const firstRoomMs =
    leavingAgoMs === undefined ? RATE_LIMIT_WINDOW_MS + backOffMs : RATE_LIMIT_WINDOW_MS - leavingAgoMs;
  return Math.max(backOffMs, firstRoomMs) + Math.floor(beyondRateLimit / rpm) * RATE_LIMIT_WINDOW_MS;
}

/** What a call that begins now is expected to last, fixed for its progress. */
export function expectedCallMs(recentCallMs: number[]): number {
  return median(recentCallMs) ?? UNSEEN_CALL_MS;
}

function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
