import type { RequestSize } from '@darkroom/contracts';
import type { Clock } from '../clock.ts';
import { type CallHistory, RATE_LIMIT_WINDOW_MS, type RecentCalls } from './attempt.ts';
import { callKind, type Family, familyOf } from './model-family.ts';

/** Assumed duration of a call before any was measured: MiniMax's own figure (minimax-api.md, section 5). */
const DEFAULT_CALL_MS = 24_000;
/** Typical durations are cached for this long. */
const CACHE_TTL_MS = 5_000;

/** Milliseconds until the call of a job with `ahead` jobs before it starts; null when unknown. */
type WaitMs = (ahead: number) => number | null;

export interface Estimates {
  /** Typical duration of a call of this kind in milliseconds; null while no call was measured. */
  typicalCallMs(request: RequestSize): Promise<number | null>;
  /**
   * Returns a function from the number of waiting jobs ahead to the milliseconds until the job's call starts, given the
   * current slots and rate limit. That function returns null while there is nothing to base an estimate on.
   */
  waiting(request: RequestSize): Promise<WaitMs>;
  /** The same wait for a job that retries its call: once its retry is due, it starts before all waiting jobs. */
  retrying(request: RequestSize): Promise<number | null>;
}

interface Deps {
  store: CallHistory;
  /** Slots of all workers: the calls to a model family that they can have in flight at once. */
  countSlots(family: Family): Promise<number>;
  /** Rate limits in calls per minute; 0 = none. */
  rpm: Record<Family, number>;
  clock: Pick<Clock, 'monotonic'>;
}

export function createEstimates({ store, countSlots, rpm, clock }: Deps): Estimates {
  const cache = new Map<string, { typicalMs: number; readAt: number }>();

  async function typicalCallMs(request: RequestSize): Promise<number | null> {
    const kind = callKind(request);
    const cached = cache.get(kind);
    if (cached && clock.monotonic() - cached.readAt < CACHE_TTL_MS) return cached.typicalMs;
    const ofKind = await store.recentCallMs({ kind });
    const family = familyOf(request.model);
    const typicalMs = median(ofKind.length > 0 ? ofKind : await store.recentCallMs({ family }));
    // Null is not cached: estimates start with the first measured call.
    if (typicalMs !== null) cache.set(kind, { typicalMs, readAt: clock.monotonic() });
    return typicalMs;
  }

  /** Returns the wait of a call as a function of the number of calls ahead of it. */
  async function waitMs(request: RequestSize, calls: RecentCalls): Promise<WaitMs> {
    const callMs = await typicalCallMs(request);
    const family = familyOf(request.model);
    const slots = await countSlots(family);
    if (slots === 0) return () => null; // no worker is alive
    return (ahead) => {
      // Jobs beyond the free slots start as slots become free; jobs beyond the rate limit, as earlier calls leave the
      // window.
      const beyondFree = Math.max(0, ahead + 1 - Math.max(0, slots - calls.open));
      const beyondAll = Math.max(0, ahead + 1 - slots);
      const byRateLimit = rateLimitWaitMs(calls, ahead, rpm[family]);
      if (beyondFree > 0 && callMs === null && byRateLimit === 0) return null;
      const perSlotMs = (callMs ?? 0) / slots;
      return Math.max(beyondFree * perSlotMs, calls.backOffMs + beyondAll * perSlotMs, byRateLimit);
    };
  }

  // Without a rate limit the calls of the last minute are not read: there may be thousands.
  const recentCalls = (family: Family) => store.recentCalls(family, rpm[family] === 0 ? 0 : RATE_LIMIT_WINDOW_MS);

  return {
    typicalCallMs,
    async waiting(request) {
      const calls = await recentCalls(familyOf(request.model));
      const wait = await waitMs(request, calls);
      return (ahead) => wait(calls.retries + ahead);
    },
    async retrying(request) {
      const wait = await waitMs(request, await recentCalls(familyOf(request.model)));
      return wait(0);
    },
  };
}

/**
 * Milliseconds until the rate-limit window has room for a call with `ahead` calls before it, each started when allowed.
 */
function rateLimitWaitMs({ startedAgoMs, backOffMs }: RecentCalls, ahead: number, rpm: number): number {
  const starts = startedAgoMs.slice(-rpm);
  const beyondRateLimit = ahead - Math.max(0, rpm - starts.length);
  if (rpm === 0 || beyondRateLimit < 0) return backOffMs;
  // Each call makes room for one more when it leaves the window: first the calls already started, then the calls ahead.
  const leavingAgoMs = starts[beyondRateLimit % rpm];
  const firstRoomMs =
    leavingAgoMs === undefined ? RATE_LIMIT_WINDOW_MS + backOffMs : RATE_LIMIT_WINDOW_MS - leavingAgoMs;
  return Math.max(backOffMs, firstRoomMs) + Math.floor(beyondRateLimit / rpm) * RATE_LIMIT_WINDOW_MS;
}

/**
 * Expected duration in milliseconds of a call that starts now. It is stored with the call, as the base of its progress.
 */
export function expectedCallMs(recentCallMs: number[]): number {
  return median(recentCallMs) ?? DEFAULT_CALL_MS;
}

function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
