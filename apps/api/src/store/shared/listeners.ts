/** Listeners, by job. */
export interface Listeners {
  /** Returns the function that unsubscribes. */
  add(jobId: string, listener: () => void): () => void;
  notify(jobId: string): void;
  /** Any job may have changed. */
  notifyAll(): void;
}

export function createListeners(): Listeners {
  const listeners = new Map<string, Set<() => void>>();

  function notify(jobId: string): void {
    for (const listener of [...(listeners.get(jobId) ?? [])]) listener();
  }

  return {
    add(jobId, listener) {
      const ofJob = listeners.get(jobId) ?? new Set();
      listeners.set(jobId, ofJob.add(listener));
      return () => {
        ofJob.delete(listener);
        if (ofJob.size === 0 && listeners.get(jobId) === ofJob) listeners.delete(jobId);
      };
    },
    notify,
    notifyAll() {
      for (const jobId of [...listeners.keys()]) notify(jobId);
    },
  };
}
