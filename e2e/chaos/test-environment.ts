import type { RemoteSimulator } from '@darkroom/minimax-simulator';
import type { DatabaseSnapshot } from '@darkroom/test-kit/api/database-snapshot';
import type { Standstill } from './check-arrivals.ts';

/** The system under test: processes that are killed and restarted while users create jobs. */
export interface TestEnvironment<Round> {
  provider: RemoteSimulator;
  /** Stable across restarts. */
  url: string;
  ask: typeof fetch;
  /** Starts the processes, injects the planned faults and restarts them; `sendRequests` sends the round's requests. */
  runRound(round: Round, sendRequests: () => void): Promise<void>;
  /** True when no process runs between rounds, so that the database can be checked there. */
  isStoppedBetweenRounds: boolean;
  /** Starts everything; no more faults are injected. */
  startAll(): Promise<void>;
  /** Shuts everything down cleanly after orphaned files were swept. Rejects on an unclean exit. */
  stopAll(): Promise<void>;
  readSnapshot(): Promise<DatabaseSnapshot>;
  /** Keys of the stored files. */
  readFileKeys(): Promise<Set<string>>;
  /** Injected faults after which an image that was sent may not have arrived, except kills. */
  standstills(): Standstill[];
  /** Injected faults by kind. */
  counts(): Record<string, number>;
  /** Logged errors that no injected fault explains. */
  loggedErrors(): string[];
  /** Kills what still runs and removes all files. */
  remove(): Promise<void>;
}
