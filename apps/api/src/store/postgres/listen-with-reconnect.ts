import pg from 'pg';
import type { Clock } from '../../clock.ts';
import { backOffMs } from '../../retry/back-off.ts';
import { retry } from '../../retry/retry.ts';

const BACK_OFF = { firstMs: 50, maxMs: 1_000 };
/** Fallback for missed notifications: at this interval all listeners resync, and the connection has to answer. */
const RESYNC_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 3_000;

interface ListenOptions {
  /** A notification arrived on the channel. */
  onNotification(payload: string): void;
  /** Notifications may have been missed. */
  resync(): void;
  /** The connection was lost; it is re-established automatically. */
  onLost(error: unknown): void;
  clock: Pick<Clock, 'sleep'>;
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
  { onNotification, resync, onLost, clock }: ListenOptions,
): Promise<Listening> {
  const closing = new AbortController();
  const listens = Promise.withResolvers<void>();
  let failures = 0; // since it last listened

  /** Runs one connection from its start to its loss. */
  async function runConnection(): Promise<never> {
    const client = new pg.Client({ ...config, query_timeout: ANSWER_WITHIN_MS });
    const lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the listening connection has ended')));
    });
    lost.catch(() => {}); // awaited below; this handles a loss before that
    client.on('notification', ({ payload }) => onNotification(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      listens.resolve();
      failures = 0;
      resync();
      return await Promise.race([lost, resyncForever(client)]);
    } finally {
      void client.end().catch(() => {});
    }
  }

  /** Rejects when the connection does not answer: the loss of the remote machine shows in no other way. */
  async function resyncForever(client: pg.Client): Promise<never> {
    for (;;) {
      await clock.sleep(RESYNC_EVERY_MS, { signal: closing.signal });
      await client.query('SELECT 1');
      resync();
    }
  }

  function waitMs(error: unknown): number | null {
    if (closing.signal.aborted) return null;
    onLost(error);
    failures++;
    return backOffMs(failures, BACK_OFF);
  }

  const closed = retry(runConnection, { clock, waitMs, signal: closing.signal }).catch(() => {});
  await listens.promise;
  return {
    async close() {
      closing.abort();
      await closed;
    },
  };
}
