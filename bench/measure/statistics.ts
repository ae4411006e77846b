export interface Summary {
  minimum: number;
  median: number;
  maximum: number;
  /** Difference of maximum and minimum, as a share of the median. */
  spread: number;
}

/** Throws without samples. */
export function summarize(samples: readonly number[]): Summary {
  const minimum = Math.min(...samples);
  const maximum = Math.max(...samples);
  const median = percentile(samples, 50);
  return { minimum, median, maximum, spread: median === 0 ? 0 : (maximum - minimum) / median };
}

/** The smallest sample that this percentage of the samples does not exceed; between two of them, their mean for 50. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (index: number): number => {
    const value = sorted[index];
    if (value === undefined) throw new Error('There are no samples');
    return value;
  };
  const middle = sorted.length / 2;
  if (percent === 50 && Number.isInteger(middle) && middle > 0) return (at(middle - 1) + at(middle)) / 2;
  return at(Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1));
}
