import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import type { Tables } from './schema.ts';

export interface Leases {
  database: Pick<Database, 'now'>;
  /**
   * Length of a lease, in milliseconds. Null where one process at a time uses the database: all other workers have
   * ended, and no heartbeats are needed.
   */
  leaseMs: number | null;
}

/**
 * Returns a function that tells from a worker's last heartbeat (null: none on record) whether its lease is lost. A
 * caller whose own heartbeats were interrupted declares no lease lost until a whole lease later: the database may have
 * been unavailable, or the caller may have stalled, and all other workers need time to write heartbeats again.
 */
export async function createLeaseCheck(
  { database, leaseMs }: Leases,
  from: Kysely<Tables>,
  workerId: string,
): Promise<(seenAt: number | null) => boolean> {
  if (leaseMs === null) return () => true;
  const now = await database.now(from);
  const own = await from.selectFrom('workers').selectAll().where('worker_id', '=', workerId).executeTakeFirst();
  const canJudge = own && !isInterruption(own.seen_at, now, leaseMs) && own.unbroken_since <= now - leaseMs;
  return (seenAt) => canJudge === true && (seenAt === null || seenAt < now - leaseMs);
}

/**
 * Whether heartbeats were interrupted, for more than half a lease. Heartbeats are a fraction of that apart, so after a
 * shorter interruption every worker writes one before its lease is lost.
 */
export function isInterruption(seenAt: number, now: number, leaseMs: number): boolean {
  return seenAt < now - leaseMs / 2;
}
