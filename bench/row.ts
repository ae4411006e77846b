import type { Verdict } from './measure/verdict.ts';

/** One measured figure of a row. */
export interface Figure {
  /** What was measured, such as `COMPLETED, one call`. */
  what: string;
  /** The figure and what it is compared with, for people. */
  measured: string;
  verdict: Verdict;
  /** The numbers behind it, for the JSON report. */
  numbers: Record<string, number | number[]>;
}

interface RowOptions {
  /** Smaller counts: shows what is far from its goal, in seconds instead of minutes. */
  quick: boolean;
  /** Long polls held at once in P7. */
  polls: number;
  /** A JSON file with the measured durations of the test runs for P15; undefined if none was given. */
  durations: string | undefined;
  /** Prints progress. */
  log(line: string): void;
}

/** A row of the performance goals. */
export interface Row {
  id: string;
  measure: string;
  /** What the figure is compared with; empty if the goal is a number of its own. */
  against: string;
  goal: string;
  /**
   * Rejects when the bench itself breaks. A goal that is missed is a figure with that verdict, and a tool that this
   * machine does not have is the verdict `not run`.
   */
  run(options: RowOptions): Promise<Figure[]>;
}
