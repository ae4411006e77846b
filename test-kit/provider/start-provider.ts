import { type Simulator, type SimulatorOptions, startSimulator } from '@darkroom/minimax-simulator';
import { onTestFinished, vi } from 'vitest';

/** Longer than anything that a test waits for takes; in milliseconds. */
const TIMEOUT = { timeout: 20_000, interval: 10 };

export interface Provider extends Simulator {
  /** The prompts of all calls so far, oldest first. */
  prompts(): (string | null)[];
  /** The number of calls with this prompt. */
  callsFor(prompt: string): number;
  /** Resolves when this many calls are held open. */
  held(calls: number): Promise<void>;
}

/**
 * Starts a MiniMax simulator outside the API's process: it survives a kill of the API and reports the calls it
 * received.
 */
export async function startProvider(options: SimulatorOptions = {}): Promise<Provider> {
  const provider = await openProvider(options);
  onTestFinished(provider.close);
  return provider;
}

/** The same, which the caller closes. */
export async function openProvider(options: SimulatorOptions): Promise<Provider> {
  const simulator = await startSimulator({ images: 'plain', ...options });
  const prompts = () => simulator.calls().map((call) => call.prompt);
  return {
    ...simulator,
    prompts,
    callsFor: (prompt) => prompts().filter((asked) => asked === prompt).length,
    held: (calls) =>
      vi.waitFor(() => {
        const { heldCalls } = simulator.stats();
        if (heldCalls !== calls) throw new Error(`${heldCalls} calls are held, not ${calls}`);
      }, TIMEOUT),
  };
}
