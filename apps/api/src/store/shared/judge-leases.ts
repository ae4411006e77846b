import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import type { Tables } from './schema.ts';

export interface Leases {
  database: Pick<Database, 'now'>;
  /**
   * How long a worker may go unseen, in milliseconds. Null where one process at a time has the database: everybody but who
   * asks is of the past, and nobody has to be seen.
   */
  leaseMs: number | null;
}

/**
 * Tells the lapsed from the living. Who was not seen itself for a while judges nobody until a whole lease later: it may
 * have been the database that was away, or the asker that stood still, and then all others need time to be seen again.
 */
export async function judgeLeases(
  { database, leaseMs }: Leases,
  from: Kysely<Tables>,
  asker: string,
): Promise<(seenAt: number | null) => boolean> {
  if (leaseMs === null) return () => true;
  const now = await database.now(from);
  const own = await from.selectFrom('workers').selectAll().where('worker_id', '=', asker).executeTakeFirst();
  const isFit = own && !isInterruption(own.seen_at, now, leaseMs) && own.unbroken_since <= now - leaseMs;
  return (seenAt) => isFit === true && (seenAt === null || seenAt < now - leaseMs);
}

/** Beats are a fraction of this apart, so that after a break of less everybody is seen again before a lease has lapsed. */
export function isInterruption(seenAt: number, now: number, leaseMs: number): boolean {
  return seenAt < now - leaseMs / 2;
}
