import type { RequestSize } from '@darkroom/contracts';
import type { Clock } from '../clock.ts';
import { assumedCallMs } from './assumed-call-ms.ts';
import { type CallHistory, RATE_LIMIT_WINDOW_MS, type RecentCalls } from './attempt.ts';
import { callKind, type Family, familyOf, parseCallKind } from './model-family.ts';

/** Typical durations are cached for this long. */
const CACHE_TTL_MS = 5_000;
/**
 * Slots, and the calls that take them, are read once in this time for all polls and lists of a process. An
 * estimate is in whole seconds, and is wrong for that long at most about calls that started or ended since.
 */
const LOAD_TTL_MS = 1_000;

/** What the waits of a family follow from. */
interface Load {
  slots: number;
  calls: RecentCalls;
}

/** Milliseconds until the call of a job with `ahead` jobs before it starts; null when unknown. */
type WaitMs = (ahead: number) => number | null;

export interface Estimates {
  /** Typical duration of a call of this kind in milliseconds; an assumption while no call of its family was measured. */
  typicalCallMs(request: RequestSize): Promise<number>;
  /**
   * Returns a function from the number of waiting jobs ahead to the milliseconds until the job's call starts, given the
   * current slots and rate limit. That function returns null while no worker is alive.
   */
  waiting(request: RequestSize): Promise<WaitMs>;
  /** The same wait, but null as well where it would rest on an assumption: that must not refuse a request. */
  measuredWaiting(request: RequestSize): Promise<WaitMs>;
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
  /** Reads in flight, shared by all who ask meanwhile: a page asks for each of its jobs. */
  const reading = new Map<string, Promise<number | null>>();
  const loads = new Map<Family, { load: Promise<Load>; readAt: number }>();

  async function measuredCallMs(request: RequestSize): Promise<number | null> {
    const kind = callKind(request);
    const cached = cache.get(kind);
    if (cached && clock.monotonic() - cached.readAt < CACHE_TTL_MS) return cached.typicalMs;
    const inFlight = reading.get(kind);
    if (inFlight) return inFlight;
    const read = readCallMs(request, kind).finally(() => reading.delete(kind));
    reading.set(kind, read);
    return read;
  }

  async function readCallMs(request: RequestSize, kind: string): Promise<number | null> {
    const typicalMs = median(await store.recentCallMs(kind)) ?? (await scaledCallMs(request));
    // Null is not cached: measured estimates start with the first call.
    if (typicalMs !== null) cache.set(kind, { typicalMs, readAt: clock.monotonic() });
    return typicalMs;
  }

  /** By calls of other kinds of the family, each as much shorter or longer as is assumed of its kind. */
  async function scaledCallMs(request: RequestSize): Promise<number | null> {
    const calls = await store.answeredCalls(familyOf(request.model));
    const ratios = calls.flatMap(({ kind, ms }) => {
      const like = parseCallKind(kind);
      return like ? [ms / assumedCallMs(like)] : [];
    });
    const ratio = median(ratios);
    return ratio === null ? null : Math.round(ratio * assumedCallMs(request));
  }

  async function typicalCallMs(request: RequestSize): Promise<number> {
    return (await measuredCallMs(request)) ?? assumedCallMs(request);
  }

  /** Returns the wait of a call as a function of the number of calls ahead of it. `callMs` is null when unknown. */
  function waitMs(family: Family, callMs: number | null, { slots, calls }: Load): WaitMs {
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

  async function readLoad(family: Family): Promise<Load> {
    // Without a rate limit the calls of the last minute are not read: there may be thousands.
    const calls = await store.recentCalls(family, rpm[family] === 0 ? 0 : RATE_LIMIT_WINDOW_MS);
    return { calls, slots: await countSlots(family) };
  }

  /** The load as it was read within the last LOAD_TTL_MS, with the time that has passed since. */
  async function currentLoad(family: Family): Promise<Load> {
    let shared = loads.get(family);
    if (!shared || clock.monotonic() - shared.readAt >= LOAD_TTL_MS) {
      shared = { load: readLoad(family), readAt: clock.monotonic() };
      loads.set(family, shared);
    }
    const { load, readAt } = shared;
    try {
      const { slots, calls } = await load;
      return { slots, calls: laterBy(calls, clock.monotonic() - readAt) };
    } catch (error) {
      if (loads.get(family) === shared) loads.delete(family);
      throw error;
    }
  }

  function waiting(request: RequestSize, callMs: number | null, load: Load): WaitMs {
    const family = familyOf(request.model);
    const wait = waitMs(family, callMs, load);
    return (ahead) => wait(load.calls.retries + ahead);
  }

  return {
    typicalCallMs,
    waiting: async (request) =>
      waiting(request, await typicalCallMs(request), await currentLoad(familyOf(request.model))),
    // Read anew: a back-off that has just begun refuses the next create.
    measuredWaiting: async (request) =>
      waiting(request, await measuredCallMs(request), await readLoad(familyOf(request.model))),
    async retrying(request) {
      const family = familyOf(request.model);
      return waitMs(family, await typicalCallMs(request), await currentLoad(family))(0);
    },
  };
}

/** The same calls, seen `ms` later. */
function laterBy({ startedAgoMs, backOffMs, ...calls }: RecentCalls, ms: number): RecentCalls {
  return {
    ...calls,
    startedAgoMs: startedAgoMs.map((agoMs) => agoMs + ms).filter((agoMs) => agoMs < RATE_LIMIT_WINDOW_MS),
    backOffMs: Math.max(0, backOffMs - ms),
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
export function expectedCallMs(request: RequestSize, recentCallMs: number[]): number {
  return median(recentCallMs) ?? assumedCallMs(request);
}

function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
