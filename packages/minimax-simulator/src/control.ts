import * as z from 'zod';
import { Call } from './call-log.ts';
import type { ScriptInput } from './script.ts';

/** The numbers that tests wait for. */
export const Stats = z.object({
  /** Calls that have begun. */
  calls: z.int(),
  /** Calls open now, and of these the ones that are held. */
  openCalls: z.int(),
  heldCalls: z.int(),
  /** The most calls that were ever open at once. */
  maxConcurrent: z.int(),
});
export type Stats = z.output<typeof Stats>;

/** What a test may see and decide. */
export interface SimulatorControl {
  /** Every call since the start or the last reset, oldest first. */
  calls(): Call[];
  stats(): Stats;
  /** The most calls that were open at once. */
  maxConcurrent(): number;
  /** Adds scripts; the first that matches a call decides its answer. Throws a ZodError for a script that makes no sense. */
  script(...scripts: ScriptInput[]): void;
  /** Lets every held call go on; no script holds calls from now on. */
  release(): void;
  /** Forgets scripts, calls and counts, and lets held calls go on. */
  reset(): void;
}

/** Paths of the remote control. MiniMax has nothing of the kind. */
export const CONTROL_PATHS = {
  calls: '/_simulator/calls',
  stats: '/_simulator/stats',
  script: '/_simulator/script',
  release: '/_simulator/release',
  reset: '/_simulator/reset',
} as const;

/** The same control over HTTP. Every method rejects when the simulator cannot be reached or refuses. */
export interface RemoteSimulator {
  url: string;
  calls(): Promise<Call[]>;
  stats(): Promise<Stats>;
  script(...scripts: ScriptInput[]): Promise<void>;
  release(): Promise<void>;
  reset(): Promise<void>;
}

/** Drives a simulator that runs in another process, at its URL. */
export function connectSimulator(url: string): RemoteSimulator {
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await fetch(new URL(path, url), init);
    if (!response.ok) throw new Error(`The simulator answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const order = async (path: string, body: unknown = null): Promise<void> => {
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
    script: (...scripts) => order(CONTROL_PATHS.script, scripts),
    release: () => order(CONTROL_PATHS.release),
    reset: () => order(CONTROL_PATHS.reset),
  };
}
