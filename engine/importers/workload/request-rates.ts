import type { Random } from '../../base/random.js';

/** How requests come, as in the published experiments (thesis 5.6): rates are requests a second. */
export type Workload =
  /** The same number in every period. */
  | { readonly kind: 'fixed'; readonly rate: number }
  /** Exponential gaps between requests. */
  | { readonly kind: 'exponential'; readonly rate: number }
  /** Exponential gaps; for `burstSeconds` of every `everySeconds` another `burstRate` on top. */
  | {
      readonly kind: 'burst';
      readonly rate: number;
      readonly burstRate: number;
      readonly burstSeconds: number;
      readonly everySeconds: number;
    }
  /** Exponential gaps at recorded rates, one a second; read `speed` times as fast, and again from the start at the end. */
  | { readonly kind: 'trace'; readonly rates: readonly number[]; readonly speed: number };

/** The published ones; the recorded rates of the fourth come from a file. */
export const WORKLOADS = {
  fixed: { kind: 'fixed', rate: 400 },
  exponential: { kind: 'exponential', rate: 300 },
  burst: { kind: 'burst', rate: 50, burstRate: 600, burstSeconds: 10, everySeconds: 20 },
} as const satisfies Readonly<Record<string, Workload>>;

/** Requests that come in each period of a tenth of a second, one after the other; endless. */
export function* requestCounts(workload: Workload, random: Random): Generator<number, never> {
  for (let period = 0; ; period += 1) {
    if (workload.kind === 'fixed') {
      // Whole requests, spread evenly: the difference of two floors.
      yield Math.floor(((period + 1) * workload.rate) / 10) - Math.floor((period * workload.rate) / 10);
    } else yield poisson(rateAt(workload, period) / 10, random);
  }
}

/** Requests a second in a period. */
function rateAt(workload: Exclude<Workload, { kind: 'fixed' }>, period: number): number {
  switch (workload.kind) {
    case 'exponential':
      return workload.rate;
    case 'burst': {
      const phase = period % (workload.everySeconds * 10);
      // The burst begins each turn, so that who looks at ten seconds first has seen one.
      const isBurst = phase < workload.burstSeconds * 10;
      return workload.rate + (isBurst ? workload.burstRate : 0);
    }
    case 'trace': {
      const { rates, speed } = workload;
      return rates[Math.floor((period * speed) / 10) % rates.length] ?? 0;
    }
  }
}

/** Knuth's method below a mean of 30; above it the normal law with the same mean and variance, never below 0. */
export function poisson(mean: number, random: Random): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * standardNormal(random)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count += 1;
  return count;
}

/** The sum of twelve uniforms less six: close to a standard normal, and the same on every machine. */
export function standardNormal(random: Random): number {
  let sum = -6;
  for (let term = 0; term < 12; term += 1) sum += random.next();
  return sum;
}
