export type UserMutex = <T>(userId: string, work: () => Promise<T>) => Promise<T>;

/**
 * A mutex per user: the work of one user runs one at a time, first in, first out; different users run independently.
 */
export function createUserMutex(): UserMutex {
  const latest = new Map<string, Promise<unknown>>();

  return async function runExclusive(userId, work) {
    const previous = latest.get(userId) ?? Promise.resolve();
    const current = previous.then(work, work);
    latest.set(userId, current);
    try {
      return await current;
    } finally {
      if (latest.get(userId) === current) latest.delete(userId);
    }
  };
}
