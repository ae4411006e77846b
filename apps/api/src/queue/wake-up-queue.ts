import { PgBoss } from 'pg-boss';

/** A dead worker's turn is closed after this long. Nothing waits for that: it is for whoever reads pg-boss's tables. */
const HEARTBEAT_S = 30;
/** pg-boss's own bound on one turn is its longest: calls have their deadline already. */
const WAKE_UP_MAX_S = 23 * 60 * 60;
/** Turns that have ended say nothing. */
const KEEP_ENDED_S = 60;
const POLL_S = 0.5;

export const WAKE_UP_QUEUE = 'darkroom-turns';

interface Options {
  /** Hears of every lost connection, which is made anew without a hand. */
  onError(error: unknown): void;
  /**
   * In place of pg-boss's own, which takes its handlers off a connection that it gives up: what the server then still says,
   * after the process stood still for a while, has nobody to hear it and ends the process.
   */
  listen: NonNullable<ReturnType<PgBoss['getDb']>['listen']>;
}

/**
 * pg-boss, ready to hand turns from process to process. At most one turn waits at a time (policy `short`), any number run,
 * and none is ever repeated: a turn that is lost with its worker is replaced by the next one that anybody gives.
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

/** How a worker asks for turns: woken when one is given, and asking by itself in case it was not. */
export const POLLING = { pollingIntervalSeconds: POLL_S, notifyPollingIntervalSeconds: POLL_S };
