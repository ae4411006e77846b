import type { RemoteSimulator } from '@darkroom/minimax-simulator';
import type { Books } from './books.ts';

/** What is struck and put up again, while people order. */
export interface Stage<Round> {
  provider: RemoteSimulator;
  /** How people reach it; the same over everything that happens to it. */
  url: string;
  ask: typeof fetch;
  /** Starts, strikes, and puts up again, as planned; orders are placed by `placeOrders`. */
  playRound(round: Round, placeOrders: () => void): Promise<void>;
  /** Whether nothing runs between rounds, so that the books can be checked there. */
  isStillBetweenRounds: boolean;
  /** Everything runs, and nothing is struck any more. */
  rise(): Promise<void>;
  /** Everything ends in order, after files that no row names were swept; rejects when something does not end well. */
  rest(): Promise<void>;
  readBooks(): Promise<Books>;
  /** Keys of the files that are there. */
  readFileKeys(): Promise<Set<string>>;
  /** What was done to it. */
  counts(): Record<string, number>;
  /** What was logged as faults that no strike explains. */
  faults(): string[];
  /** Ends whatever runs, and leaves nothing behind. */
  remove(): Promise<void>;
}
