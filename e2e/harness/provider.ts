import { type Simulator, type SimulatorOptions, startSimulator } from '@darkroom/minimax-simulator';
import { onTestFinished, vi } from 'vitest';

/** Longer than anything takes that is waited for. */
const PATIENCE = { timeout: 20_000, interval: 10 };

export interface Provider extends Simulator {
  /** The prompts of all calls so far, oldest first. */
  prompts(): (string | null)[];
  /** How often this prompt was ordered. */
  callsFor(prompt: string): number;
  /** Resolves when so many calls are held open. */
  held(calls: number): Promise<void>;
}

/** MiniMax's stand-in beside the API's process: it goes on when the API is killed, and is asked what it saw. */
export async function startProvider(options: SimulatorOptions = {}): Promise<Provider> {
  const simulator = await startSimulator({ pictures: 'plain', ...options });
  onTestFinished(simulator.close);
  const prompts = () => simulator.calls().map((call) => call.prompt);
  return {
    ...simulator,
    prompts,
    callsFor: (prompt) => prompts().filter((asked) => asked === prompt).length,
    held: (calls) =>
      vi.waitFor(() => {
        const { heldCalls } = simulator.stats();
        if (heldCalls !== calls) throw new Error(`${heldCalls} calls are held, not ${calls}`);
      }, PATIENCE),
  };
}
