import { type Summary, summarize } from './statistics.ts';

/** One of two sides that are compared. */
export interface Side {
  /** Repeats the measured work `times` times. */
  work(times: number): Promise<void>;
  /** What is measured, as a counter that only rises, such as CPU seconds. */
  read(): number;
}

export interface Turns {
  rounds: number;
  /** Repetitions in one round of one side. */
  times: number;
  /** Repetitions of each side before anything is measured. */
  warmUp: number;
}

/**
 * Measures both sides in turn (A, B, A, B …) with equal counts and equal warm-up, so that neither is compiled better nor
 * meets a quieter machine than the other. Resolves with what one repetition takes.
 */
export async function takeTurns<Name extends string>(
  sides: Record<Name, Side>,
  { rounds, times, warmUp }: Turns,
): Promise<Record<Name, Summary & { samples: number[] }>> {
  const entries = Object.entries<Side>(sides);
  for (const [, side] of entries) await side.work(warmUp);
  const samples = new Map<string, number[]>(entries.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, side] of entries) {
      const before = side.read();
      await side.work(times);
      samples.get(name)?.push((side.read() - before) / times);
    }
  }
  const summaries = entries.map(([name]) => [name, withSamples(samples.get(name) ?? [])]);
  return Object.fromEntries(summaries); // has the keys of `sides`
}

function withSamples(samples: number[]): Summary & { samples: number[] } {
  return { ...summarize(samples), samples };
}
