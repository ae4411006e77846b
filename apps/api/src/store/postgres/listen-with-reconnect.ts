import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { backOffMs } from '../../retry/back-off.ts';

const BACK_OFF = { firstMs: 50, maxMs: 1_000 };
/** Fallback for missed notifications: at this interval all listeners resync, and the connection has to answer. */
const RESYNC_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 3_000;

interface NotificationHandlers {
  /** A notification arrived on the channel. */
  onNotification(payload: string): void;
  /** Notifications may have been missed. */
  resync(): void;
  /** The connection was lost; it is re-established automatically. */
  onLost(error: unknown): void;
}

export interface Listening {
  close(): Promise<void>;
}

/**
 * Listens on a dedicated connection that is re-established whenever it is lost. Notifications sent meanwhile are not
 * repeated, so a resync follows every connection. Resolves once it listens.
 */
export async function listenWithReconnect(
  config: pg.ClientConfig,
  channel: string,
  handlers: NotificationHandlers,
): Promise<Listening> {
  const closing = new AbortController();
  const hears = Promise.withResolvers<void>();
  let failures = 0; // since it last listened

  /** Runs one connection from its start to its loss. */
  async function onNotification(): Promise<never> {
    const client = new pg.Client({ ...config, query_timeout: ANSWER_WITHIN_MS });
    const lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection for news has ended')));
    });
    lost.catch(() => {}); // awaited below; this handles a loss before that
    client.on('notification', ({ payload }) => handlers.onNotification(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      hears.resolve();
      failures = 0;
      handlers.resync();
      return await Promise.race([lost, resync(client)]);
    } finally {
      void client.end().catch(() => {});
    }
  }

  /** Rejects when the connection does not answer: the loss of the remote machine shows in no other way. */
  async function resync(client: pg.Client): Promise<never> {
    for (;;) {
      await sleep(RESYNC_EVERY_MS, undefined, { signal: closing.signal });
      await client.query('SELECT 1');
      handlers.resync();
    }
  }

  async function reconnectForever(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await onNotification();
      } catch (error) {
        if (closing.signal.aborted) return;
        handlers.onLost(error);
      }
      await sleep(backOffMs(++failures, BACK_OFF), undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  const kept = reconnectForever();
  await hears.promise;
  return {
    async close() {
      closing.abort();
      await kept;
    },
  };
}
