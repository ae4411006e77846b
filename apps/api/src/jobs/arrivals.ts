/** A signal that can be raised again while its receiver is at work: none is lost. */
export interface Arrivals {
  /** Raises the signal. */
  add(): void;
  isWaiting(): boolean;
  /** Lowers the signal. Returns whether it was raised. */
  take(): boolean;
  /** Resolves when the signal is raised; at once if it is. */
  next(): Promise<void>;
}

export function createArrivals(): Arrivals {
  let isRaised = false;
  let raised = Promise.withResolvers<void>();
  return {
    add() {
      isRaised = true;
      raised.resolve();
    },
    isWaiting: () => isRaised,
    take() {
      const wasRaised = isRaised;
      isRaised = false;
      if (wasRaised) raised = Promise.withResolvers();
      return wasRaised;
    },
    next: () => raised.promise,
  };
}
