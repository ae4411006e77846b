import type { PgBoss, WorkOptions } from 'pg-boss';
import type { Family } from '../job/model-family.ts';

/** pg-boss's queue of each model family. */
export const WAKE_UP_QUEUES: Record<Family, string> = {
  'image-01': 'darkroom-wake-ups',
  h3: 'darkroom-wake-ups-h3',
};

/**
 * pg-boss closes the wake-up of a dead worker after this long. Nothing depends on it; it keeps pg-boss's tables
 * accurate.
 */
const HEARTBEAT_S = 60;
/** pg-boss's longest time limit. A worker without a free slot keeps its last wake-up until one of its calls has ended. */
const EXPIRE_S = 23 * 60 * 60;
/** Handled wake-ups carry no information. */
const KEEP_ENDED_S = 60;

/**
 * How a worker receives wake-ups: one at a time, on notification. It also polls, because a notification may be missed.
 */
export const WAKE_UP_WORK: WorkOptions = {
  localConcurrency: 1,
  notifyPollingIntervalSeconds: 5,
  /** Without a connection that listens. */
  pollingIntervalSeconds: 0.5,
};

/**
 * Creates the queue of wake-ups of a model family unless it exists. At most one wake-up waits (policy `short`), and none is retried: one
 * that is lost with its worker is replaced by the next one that any process sends.
 */
export function createWakeUpQueue(boss: PgBoss, family: Family): Promise<void> {
  return boss.createQueue(WAKE_UP_QUEUES[family], {
    policy: 'short',
    notify: true,
    retryLimit: 0,
    heartbeatSeconds: HEARTBEAT_S,
    expireInSeconds: EXPIRE_S,
    deleteAfterSeconds: KEEP_ENDED_S,
  });
}
