import type { DecayingHistogram } from './decaying-histogram.js';
import { addSample, percentile, subtractSample } from './decaying-histogram.js';
import { exponentialBuckets } from './buckets.js';

/**
 * What the recommender of the Vertical Pod Autoscaler computes (kubernetes/autoscaler @ 55c37cd5, defaults).
 * CPU in cores, memory in bytes, time in milliseconds.
 */
export const VPA = {
  cpuBuckets: exponentialBuckets(1000, 0.01, 1.05),
  memoryBuckets: exponentialBuckets(1e12, 1e7, 1.05),
  halfLifeMs: 86_400_000,
  /** Memory counts its peak of such an interval once. */
  memoryIntervalMs: 86_400_000,
  /** Every CPU sample weighs the same. */
  cpuSampleWeight: 0.1,
  memorySampleWeight: 1,
  margin: 0.15,
  target: { p: 0.9 },
  lower: { p: 0.5, multiplier: 0.001, exponent: -2 },
  upper: { p: 0.95, multiplier: 1, exponent: 1 },
  confidenceMs: 86_400_000,
  /** Confidence counts at most one sample a minute. */
  sampleMs: 60_000,
  minimumMillicores: 25,
  minimumBytes: 250 * 1024 * 1024,
  oomRatio: 1.2,
  oomBumpBytes: 100 * 1024 * 1024,
  /** An amount without any confidence. */
  mostCores: 1e11,
  mostBytes: 1e14,
} as const;

/** How much the history of a container says, 0 for nothing; 1 for a day of a sample a minute. */
export function confidence(lifespanMs: number, samples: number, intervalMs: number): number {
  return Math.min(lifespanMs / intervalMs, (samples * VPA.sampleMs) / intervalMs);
}

/** `base`, made larger or smaller the less is known: base * (1 + multiplier / confidence) ^ exponent, at most `most`. */
export function withConfidence(
  base: number,
  known: number,
  { multiplier, exponent }: { readonly multiplier: number; readonly exponent: number },
  most: number,
): number {
  if (known === 0) return exponent > 0 ? most : 0;
  return Math.min(most, base * (1 + multiplier / known) ** exponent);
}

/**
 * Whole millicores, as the autoscaler cuts CPU after every step; the answer is in cores.
 * A billionth of a core is added so that what was whole before stays whole.
 */
export const cutCores = (cores: number): number => Math.floor(cores * 1000 + 1e-6) / 1000;

/** Target and bounds of one resource. */
export interface Recommendation {
  readonly lower: number;
  readonly target: number;
  readonly upper: number;
}

/** CPU in cores. `containers` share the pod's minimum. */
export function recommendCpu(
  histogram: DecayingHistogram,
  known: number,
  containers: number,
): Recommendation {
  const minimum = cutCores(VPA.minimumMillicores / containers / 1000);
  return recommend(histogram, known, { cut: cutCores, minimum, most: VPA.mostCores });
}

/** Memory in bytes. `containers` share the pod's minimum. */
export function recommendMemory(
  histogram: DecayingHistogram,
  known: number,
  containers: number,
): Recommendation {
  const minimum = Math.floor(VPA.minimumBytes / containers);
  return recommend(histogram, known, { cut: Math.floor, minimum, most: VPA.mostBytes });
}

function recommend(
  histogram: DecayingHistogram,
  known: number,
  unit: {
    readonly cut: (amount: number) => number;
    readonly minimum: number;
    readonly most: number;
  },
): Recommendation {
  const { cut, minimum, most } = unit;
  const at = (p: number): number => cut(cut(percentile(histogram, p)) * (1 + VPA.margin));
  const atLeast = (amount: number): number => Math.max(minimum, amount);
  return {
    lower: atLeast(cut(withConfidence(at(VPA.lower.p), known, VPA.lower, most))),
    target: atLeast(at(VPA.target.p)),
    upper: atLeast(cut(withConfidence(at(VPA.upper.p), known, VPA.upper, most))),
  };
}

/** Memory of one container: a histogram with one peak per interval, the running one replaced as it grows. */
export interface MemoryPeaks {
  readonly histogram: DecayingHistogram;
  /** End of the running interval; null before the first sample. */
  readonly windowEndMs: number | null;
  /** Greatest use of the running interval, bytes. */
  readonly peak: number;
  /** Greatest amount that an out-of-memory kill of the running interval asked for, bytes. */
  readonly oomPeak: number;
}

export function addMemoryUse(peaks: MemoryPeaks, bytes: number, atMs: number): MemoryPeaks {
  return addMemory(peaks, bytes, atMs, false);
}

/**
 * What an out-of-memory kill counts as: what was asked for or used, and some more. An event from before the running
 * interval is null; so is one that tells nothing new.
 */
export function oomSample(peaks: MemoryPeaks, requestedBytes: number, atMs: number): number | null {
  const { windowEndMs, peak, oomPeak } = peaks;
  if (windowEndMs !== null && atMs < windowEndMs - VPA.memoryIntervalMs) return null;
  const used = Math.max(requestedBytes, peak);
  const needed = Math.max(used + VPA.oomBumpBytes, Math.floor(used * VPA.oomRatio));
  const isOld = windowEndMs !== null && atMs < windowEndMs;
  return isOld && needed <= Math.max(oomPeak, peak) ? null : needed;
}

export function addOom(peaks: MemoryPeaks, requestedBytes: number, atMs: number): MemoryPeaks {
  const sample = oomSample(peaks, requestedBytes, atMs);
  return sample === null ? peaks : addMemory(peaks, sample, atMs, true);
}

function addMemory(peaks: MemoryPeaks, bytes: number, atMs: number, isOom: boolean): MemoryPeaks {
  const weight = VPA.memorySampleWeight;
  const windowEndMs = peaks.windowEndMs ?? atMs;
  if (atMs < windowEndMs) {
    const known = Math.max(peaks.peak, peaks.oomPeak);
    if (known === 0 || bytes <= known) return { ...peaks, windowEndMs };
    const without = subtractSample(peaks.histogram, known, weight, windowEndMs);
    const histogram = addSample(without, bytes, weight, windowEndMs);
    return { ...peaks, windowEndMs, histogram, ...(isOom ? { oomPeak: bytes } : { peak: bytes }) };
  }
  const intervals = Math.floor((atMs - windowEndMs) / VPA.memoryIntervalMs) + 1;
  const nextEndMs = windowEndMs + intervals * VPA.memoryIntervalMs;
  return {
    histogram: addSample(peaks.histogram, bytes, weight, nextEndMs),
    windowEndMs: nextEndMs,
    peak: isOom ? 0 : bytes,
    oomPeak: isOom ? bytes : 0,
  };
}
