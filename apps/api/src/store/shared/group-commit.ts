import { sql } from 'kysely';
import type { Trx, Work } from './database.ts';

/** Bounds how long one transaction holds the database. */
const GROUP_MAX = 16;

type Transact = <T>(work: Work<T>) => Promise<T>;

interface Member {
  /**
   * Runs the work, behind a savepoint unless it is alone, and returns what settles its promise after the commit. Rejects
   * if the transaction is lost.
   */
  run(trx: Trx, announce: (jobId: string) => Promise<void>, isAlone: boolean): Promise<() => void>;
  reject(error: unknown): void;
}

/**
 * Runs the work that arrives during one transaction together in the next one: a lock and a commit, which waits for the
 * disk, are then paid once for all of it. Each piece of work runs behind a savepoint, in the order of arrival, so that
 * its failure undoes nothing of the others. It is settled after the commit. If there is none, all are rejected.
 */
export function createGroupCommit(transact: Transact): Transact {
  const waiting: Member[] = [];
  let isRunning = false;

  async function runGroups(): Promise<void> {
    isRunning = true;
    for (let group = waiting.splice(0, GROUP_MAX); group.length > 0; group = waiting.splice(0, GROUP_MAX)) {
      await runGroup(group);
    }
    isRunning = false;
  }

  async function runGroup(group: Member[]): Promise<void> {
    const settle: (() => void)[] = [];
    try {
      await transact(async (trx, announce) => {
        for (const member of group) settle.push(await member.run(trx, announce, group.length === 1));
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const each of settle) each();
  }

  return function transactInGroup<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      waiting.push({
        async run(trx, announce, isAlone) {
          if (isAlone) {
            const value = await work(trx, announce);
            return () => resolve(value);
          }
          await sql`SAVEPOINT member`.execute(trx);
          try {
            const value = await work(trx, announce);
            await sql`RELEASE SAVEPOINT member`.execute(trx);
            return () => resolve(value);
          } catch (error) {
            await undo(trx, error);
            return () => reject(error);
          }
        },
        reject,
      });
      if (!isRunning) void runGroups();
    });
  };
}

/** Rejects with the cause if the whole transaction is lost. */
async function undo(trx: Trx, cause: unknown): Promise<void> {
  try {
    await sql`ROLLBACK TO SAVEPOINT member`.execute(trx);
    await sql`RELEASE SAVEPOINT member`.execute(trx);
  } catch {
    throw cause;
  }
}
