import * as z from 'zod';
import { Call } from './call-log.ts';
import type { ScenarioInput } from './scenario.ts';

/** Counters that tests can poll. */
export const Stats = z.object({
  /** Calls since the start or the last reset, open ones included. */
  calls: z.int(),
  /** Calls that are open now. */
  openCalls: z.int(),
  /** Open calls that a scenario with `hold` keeps open. */
  heldCalls: z.int(),
  /** The most calls that were open at the same time. */
  maxConcurrent: z.int(),
});
export type Stats = z.output<typeof Stats>;

/** What a test can read and set. */
export interface SimulatorControl {
  /** Every call since the start or the last reset, oldest first. */
  calls(): Call[];
  stats(): Stats;
  /** The most calls that were open at the same time. */
  maxConcurrent(): number;
  /** Adds scenarios. The first one that matches a call decides its answer. Throws a ZodError for an invalid scenario. */
  script(...scenarios: ScenarioInput[]): void;
  /** Continues every held call and removes `hold` from all current scenarios. */
  release(): void;
  /** Removes scenarios, calls and counts, and continues every held call. */
  reset(): void;
}

/** Paths of the HTTP control. MiniMax has no such routes. */
export const CONTROL_PATHS = {
  calls: '/_simulator/calls',
  stats: '/_simulator/stats',
  script: '/_simulator/script',
  release: '/_simulator/release',
  reset: '/_simulator/reset',
} as const;

/** The same control over HTTP. Every method rejects if the simulator cannot be reached or answers with an error. */
export interface RemoteSimulator {
  url: string;
  calls(): Promise<Call[]>;
  stats(): Promise<Stats>;
  script(...scenarios: ScenarioInput[]): Promise<void>;
  release(): Promise<void>;
  reset(): Promise<void>;
}

/** Controls a simulator in another process. `url` is the URL of the simulator. */
export function connectSimulator(url: string): RemoteSimulator {
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await fetch(new URL(path, url), init);
    if (!response.ok) throw new Error(`The simulator answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const post = async (path: string, body: unknown = null): Promise<void> => {
    await ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  };

  return {
    url,
    calls: async () => z.array(Call).parse(await ask(CONTROL_PATHS.calls)),
    stats: async () => Stats.parse(await ask(CONTROL_PATHS.stats)),
    script: (...scenarios) => post(CONTROL_PATHS.script, scenarios),
    release: () => post(CONTROL_PATHS.release),
    reset: () => post(CONTROL_PATHS.reset),
  };
}
