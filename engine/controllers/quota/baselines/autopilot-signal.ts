import { must } from '../../../base/assert.js';

/**
 * What Autopilot's moving-window recommender remembers of one resource of a container (EuroSys'20, 3.2.2): a histogram
 * of samples per window of five minutes, faded by half-life. Plain data; bucket `k` stands for the value `bounds[k]`.
 */
export interface Signal {
  /** The bound of each bucket, rising. */
  readonly bounds: readonly number[];
  /** Samples of the running window, by bucket. */
  readonly current: readonly number[];
  /** Samples of the closed windows, each weighted by its age in windows. */
  readonly faded: readonly number[];
  /** Sum of the weighted means of the closed windows, and of their weights. */
  readonly means: number;
  readonly weight: number;
  /** Greatest bound sampled in each of the last closed windows, oldest first; null for a window without sample. */
  readonly peaks: readonly (number | null)[];
}

/** Windows whose peak counts: a day of them. */
const PEAK_WINDOWS = 288;

/** `count` bounds that rise by equal steps in ratio from `most / 1000` to `most`. */
export function ratioBounds(most: number, count: number): number[] {
  return Array.from({ length: count }, (_none, k) => most * 1000 ** (k / (count - 1) - 1));
}

export function emptySignal(bounds: readonly number[]): Signal {
  const none = bounds.map(() => 0);
  return { bounds, current: none, faded: none, means: 0, weight: 0, peaks: [] };
}

/** The first bucket whose bound holds the value; the last one for greater values. */
export function bucketOf(bounds: readonly number[], value: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (must(bounds[middle], 'a bound') < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function addToSignal(signal: Signal, values: readonly number[]): Signal {
  const current = [...signal.current];
  for (const value of values) {
    const k = bucketOf(signal.bounds, value);
    current[k] = must(current[k], 'a count') + 1;
  }
  return { ...signal, current };
}

/** The running window with one sample, the greatest value so far: memory counts its peaks only. */
export function raisePeak(signal: Signal, value: number): Signal {
  const k = bucketOf(signal.bounds, value);
  const before = signal.current.findLastIndex((count) => count > 0);
  return before >= k
    ? signal
    : { ...signal, current: signal.current.map((_count, at) => (at === k ? 1 : 0)) };
}

/**
 * Ends the running window; `fade` is what one window's age leaves of a weight: 2^(-window / half-life).
 * A window without samples only ages the others.
 */
export function closeWindow(signal: Signal, fade: number): Signal {
  const { bounds, current, faded, means, weight, peaks } = signal;
  const mean = meanOf(bounds, current);
  return {
    bounds,
    current: bounds.map(() => 0),
    faded: faded.map((count, k) => fade * (count + must(current[k], 'a count'))),
    means: fade * (means + (mean ?? 0)),
    weight: fade * (weight + (mean === null ? 0 : 1)),
    peaks: [...peaks, peakOf(bounds, current)].slice(-PEAK_WINDOWS),
  };
}

/** Greatest bound sampled in the last `windows` windows, the running one among them; null without samples. */
export function peakSignal({ bounds, current, peaks }: Signal, windows: number): number | null {
  const closed = windows > 1 ? peaks.slice(1 - windows) : [];
  const found = [...closed, peakOf(bounds, current)].filter((peak) => peak !== null);
  return found.length === 0 ? null : Math.max(...found);
}

/** The mean of the windows' means, weighted by age; null without samples. */
export function averageSignal({ bounds, current, means, weight }: Signal): number | null {
  const mean = meanOf(bounds, current);
  const total = weight + (mean === null ? 0 : 1);
  return total === 0 ? null : (means + (mean ?? 0)) / total;
}

/** h[k] = bounds[k] * (weighted samples in k): how much load was served at each level. */
export function loadHistogram({ bounds, current, faded }: Signal): number[] {
  return bounds.map((bound, k) => bound * (must(current[k], 'a count') + must(faded[k], 'a count')));
}

/** The bound below which a share `p` of the load was served; null without samples. */
export function loadPercentile(signal: Signal, p: number): number | null {
  const loads = loadHistogram(signal);
  const total = loads.reduce((sum, load) => sum + load, 0);
  if (total === 0) return null;
  let sum = 0;
  for (const [k, load] of loads.entries()) {
    sum += load;
    if (load > 0 && sum >= p * total) return must(signal.bounds[k], 'a bound');
  }
  return peakOf(signal.bounds, loads);
}

function meanOf(bounds: readonly number[], counts: readonly number[]): number | null {
  let count = 0;
  let sum = 0;
  for (const [k, samples] of counts.entries()) {
    count += samples;
    sum += samples * must(bounds[k], 'a bound');
  }
  return count === 0 ? null : sum / count;
}

function peakOf(bounds: readonly number[], counts: readonly number[]): number | null {
  const last = counts.findLastIndex((count) => count > 0);
  return last === -1 ? null : must(bounds[last], 'a bound');
}
