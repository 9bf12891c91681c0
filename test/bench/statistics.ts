/** The few figures that a comparison of times needs. */

/** Middle of a list that is not empty; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that this share of a list that is not empty does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}

export interface Comparison {
  /** Medians in milliseconds. */
  time: number;
  yardstick: number;
  /** Median of the ratios of neighbouring runs: drift of the machine's speed cancels out. */
  ratio: number;
  lowest: number;
  highest: number;
}

/** Compares times with those of the yardstick's run just before, pair by pair. */
export function compare(pairs: readonly { time: number; yardstick: number }[]): Comparison {
  const ratios = pairs.map(({ time, yardstick }) => time / yardstick);
  return {
    time: median(pairs.map(({ time }) => time)),
    yardstick: median(pairs.map(({ yardstick }) => yardstick)),
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
  };
}
