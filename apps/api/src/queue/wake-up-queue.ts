import { PgBoss } from 'pg-boss';

/**
 * pg-boss closes the wake-up of a dead worker after this long. Nothing depends on it; it keeps pg-boss's tables
 * accurate.
 */
const HEARTBEAT_S = 30;
/** pg-boss's time limit for handling one wake-up, set to its longest: provider calls have a deadline of their own. */
const WAKE_UP_MAX_S = 23 * 60 * 60;
/** Handled wake-ups carry no information and are deleted after this long. */
const KEEP_ENDED_S = 60;
const POLL_S = 0.5;

export const WAKE_UP_QUEUE = 'darkroom-turns';

interface Options {
  /** Called for every lost connection. Reconnecting is automatic. */
  onError(error: unknown): void;
  /**
   * Replaces pg-boss's own `listen`. That one removes its handlers from a connection that it abandons. After the
   * process was suspended, a later event of such a connection then has no handler and ends the process.
   */
  listen: NonNullable<ReturnType<PgBoss['getDb']>['listen']>;
}

/**
 * Opens pg-boss, which delivers wake-ups between processes. At most one wake-up is queued at a time (policy `short`),
 * any number are being handled, and none is retried: one that is lost with its worker is replaced by the next one that
 * any process sends.
 */
export async function openWakeUpQueue(databaseUrl: string, { onError, listen }: Options): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    application_name: 'darkroom-turns',
    max: 4,
    connectionTimeoutMillis: 5_000,
    schedule: false,
    useListenNotify: true,
    monitorIntervalSeconds: 5,
    superviseIntervalSeconds: 5,
  });
  boss.on('error', onError);
  boss.getDb().listen = listen;
  await boss.start();
  await boss.createQueue(WAKE_UP_QUEUE, {
    policy: 'short',
    notify: true,
    retryLimit: 0,
    heartbeatSeconds: HEARTBEAT_S,
    expireInSeconds: WAKE_UP_MAX_S,
    deleteAfterSeconds: KEEP_ENDED_S,
  });
  return boss;
}

/** How a worker fetches wake-ups: on notification, and by polling in case a notification was missed. */
export const POLLING = { pollingIntervalSeconds: POLL_S, notifyPollingIntervalSeconds: POLL_S };
