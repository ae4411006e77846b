import pg from 'pg';
import type { Db } from 'pg-boss';
import type { Clock } from '../../clock.ts';
import { listenWithReconnect } from './listen-with-reconnect.ts';

/** Connections for statements, in addition to the one that listens. */
const CONNECTIONS = 4;
const CONNECT_WITHIN_MS = 5_000;

/** The database as pg-boss uses it: its documented adapter interface. */
export interface PgBossDatabase extends Omit<Db, 'listen'>, Required<Pick<Db, 'listen'>> {
  /** Closes the connections. Stop pg-boss first. */
  close(): Promise<void>;
}

/**
 * Opens connections for pg-boss. Its own connections would do, except the one that listens: pg-boss removes the error
 * handler from a connection that it abandons. After the process was suspended, a later event of such a connection then
 * ends the process. `onLost` is called for every lost connection; reconnecting is automatic.
 */
export function createPgBossDatabase(
  databaseUrl: string,
  clock: Pick<Clock, 'sleep'>,
  onLost: (error: unknown) => void,
): PgBossDatabase {
  const config: pg.ClientConfig = {
    connectionString: databaseUrl,
    application_name: 'darkroom-pgboss',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
  };
  const pool = new pg.Pool({ ...config, max: CONNECTIONS });
  pool.on('error', onLost);
  return {
    executeSql: (text, values) => pool.query(text, values),
    listen: (channel, onNotification, onReconnect) =>
      listenWithReconnect(config, channel, { onNotification, resync: onReconnect, onLost, clock }),
    poolCounts: () => ({
      max: CONNECTIONS,
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close: () => pool.end(),
  };
}
