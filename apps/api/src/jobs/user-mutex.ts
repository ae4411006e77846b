export type UserMutex = <T>(userId: string, work: () => Promise<T>) => Promise<T>;

/**
 * A mutex per user: the work of one user runs one at a time, first in, first out; different users run independently.
 */
export function createUserMutex(): UserMutex {
  const latest = new Map<string, Promise<unknown>>();

  return async function runExclusive(userId, work) {
    const before = latest.get(userId) ?? Promise.resolve();
    const turn = before.then(work, work);
    latest.set(userId, turn);
    try {
      return await turn;
    } finally {
      if (latest.get(userId) === turn) latest.delete(userId);
    }
  };
}
