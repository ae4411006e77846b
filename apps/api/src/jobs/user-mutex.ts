export type UserMutex = <T>(userId: string, work: () => Promise<T>) => Promise<T>;

/** Work of one user goes one after the other, in the order it came; that of different users waits for nobody. */
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
