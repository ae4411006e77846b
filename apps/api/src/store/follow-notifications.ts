import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createListeners, type Listeners } from './listeners.ts';

export const CHANNEL = 'darkroom_jobs';

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;
/** The net below the notifications: everybody looks again, and the connection has to answer, this often. */
const LOOK_AGAIN_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 3_000;

export interface Notifications {
  onChange: Listeners['add'];
  close(): Promise<void>;
}

/**
 * Hears of the changes that any process commits, on a connection of its own that is made anew whenever it is lost. What was
 * said meanwhile nobody repeats, so after every connection all who listen look again. Resolves once it hears.
 */
export async function followNotifications(
  config: pg.ClientConfig,
  onLost: (error: unknown) => void,
): Promise<Notifications> {
  const listeners = createListeners();
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
    client.on('notification', ({ payload }) => listeners.tell(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      hears.resolve();
      waitMs = FIRST_WAIT_MS;
      listeners.tellAll();
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
      listeners.tellAll();
    }
  }

  async function keepHearing(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await hear();
      } catch (error) {
        if (closing.signal.aborted) return;
        onLost(error);
      }
      await sleep(waitMs, undefined, { signal: closing.signal }).catch(() => {});
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  const kept = keepHearing();
  await hears.promise;
  return {
    onChange: listeners.add,
    async close() {
      closing.abort();
      await kept;
    },
  };
}
