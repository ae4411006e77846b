import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;
/** The net below the notifications: everybody looks again, and the connection has to answer, this often. */
const LOOK_AGAIN_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 3_000;

interface Ears {
  /** What somebody said on the channel. */
  hear(payload: string): void;
  /** Something may have been said that nobody heard. */
  lookAgain(): void;
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
export async function keepListening(config: pg.ClientConfig, channel: string, ears: Ears): Promise<Listening> {
  const closing = new AbortController();
  const hears = Promise.withResolvers<void>();
  let waitMs = FIRST_WAIT_MS;

  /** One connection, from its beginning to its end. */
  async function hear(): Promise<never> {
    const client = new pg.Client({ ...config, query_timeout: ANSWER_WITHIN_MS });
    const lost = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection for news has ended')));
    });
    lost.catch(() => {}); // it is waited for below, once there is something to lose
    client.on('notification', ({ payload }) => ears.hear(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      hears.resolve();
      waitMs = FIRST_WAIT_MS;
      ears.lookAgain();
      return await Promise.race([lost, lookAgain(client)]);
    } finally {
      void client.end().catch(() => {});
    }
  }

  /** Rejects when the connection does not answer: to a machine that is gone, that is all there is to see. */
  async function lookAgain(client: pg.Client): Promise<never> {
    for (;;) {
      await sleep(LOOK_AGAIN_EVERY_MS, undefined, { signal: closing.signal });
      await client.query('SELECT 1');
      ears.lookAgain();
    }
  }

  async function keepHearing(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await hear();
      } catch (error) {
        if (closing.signal.aborted) return;
        ears.onLost(error);
      }
      await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => {});
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  const kept = keepHearing();
  await hears.promise;
  return {
    async close() {
      closing.abort();
      await kept;
    },
  };
}
