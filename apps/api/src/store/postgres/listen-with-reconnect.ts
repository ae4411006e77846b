import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;
/** The net below the notifications: everybody looks again, and the connection has to answer, this often. */
const RESYNC_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 3_000;

interface NotificationHandlers {
  /** What somebody said on the channel. */
  onNotification(payload: string): void;
  /** Something may have been said that nobody heard. */
  resync(): void;
  /** The connection was lost; it is made anew without a hand. */
  onLost(error: unknown): void;
}

export interface Listening {
  close(): Promise<void>;
}

/**
 * Listens on a connection of its own that is made anew whenever it is lost. What was said meanwhile nobody repeats, so after
 * every connection there is a look again. Resolves once it hears.
 */
export async function listenWithReconnect(
  config: pg.ClientConfig,
  channel: string,
  handlers: NotificationHandlers,
): Promise<Listening> {
  const closing = new AbortController();
  const hears = Promise.withResolvers<void>();
  let waitMs = FIRST_WAIT_MS;

  /** One connection, from its beginning to its end. */
  async function onNotification(): Promise<never> {
    const client = new pg.Client({ ...config, query_timeout: ANSWER_WITHIN_MS });
    const lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection for news has ended')));
    });
    lost.catch(() => {}); // it is waited for below, once there is something to lose
    client.on('notification', ({ payload }) => handlers.onNotification(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      hears.resolve();
      waitMs = FIRST_WAIT_MS;
      handlers.resync();
      return await Promise.race([lost, resync(client)]);
    } finally {
      void client.end().catch(() => {});
    }
  }

  /** Rejects when the connection does not answer: to a machine that is gone, that is all there is to see. */
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
      await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => {});
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
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
