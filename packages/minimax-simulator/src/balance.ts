/** The account's balance, counted in images. */
export interface Balance {
  /** Whether `images` more can be paid. */
  covers(images: number): boolean;
  spend(images: number): void;
  /** Restores the balance of the start. */
  reset(): void;
}

/** `images` undefined: unlimited. */
export function createBalance(images = Number.POSITIVE_INFINITY): Balance {
  let left = images;

  return {
    covers: (wanted) => left >= wanted,
    spend(spent) {
      left -= spent;
    },
    reset() {
      left = images;
    },
  };
}
