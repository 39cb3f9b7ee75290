import { must } from '../../../base/assert.js';
import type { Buckets } from './buckets.js';
import { endOf, indexOf } from './buckets.js';

/**
 * Weights over buckets that lose half their worth every half-life, as the recommender of the Vertical Pod Autoscaler
 * keeps them: rather than shrinking old weights, new ones are made heavier. Plain data.
 */
export interface DecayingHistogram {
  readonly buckets: Buckets;
  /** Milliseconds; null for a histogram that never forgets. */
  readonly halfLifeMs: number | null;
  /** The instant at which a sample counts its own weight. */
  readonly referenceMs: number;
  readonly total: number;
  /** By bucket; as long as there are buckets. */
  readonly weights: readonly number[];
}

/** A bucket with less weight is empty (kubernetes/autoscaler). */
const EPSILON = 1e-4;
/** Exponent of two beyond which the reference moves on, before weights leave the range of doubles. */
const MAX_EXPONENT = 100;
/** The greatest weight of a checkpoint. */
const CHECKPOINT_WEIGHT = 10_000;

export function emptyHistogram(buckets: Buckets, halfLifeMs: number | null): DecayingHistogram {
  const weights = Array.from({ length: buckets.count }, () => 0);
  return { buckets, halfLifeMs, referenceMs: 0, total: 0, weights };
}

export function addSample(
  histogram: DecayingHistogram,
  value: number,
  weight: number,
  atMs: number,
): DecayingHistogram {
  const shifted = shiftTo(histogram, atMs);
  return changed(shifted, value, weight * decayFactor(shifted, atMs));
}

/** Takes a sample out that was added at the same instant; what rounding leaves below 0 is 0. */
export function subtractSample(
  histogram: DecayingHistogram,
  value: number,
  weight: number,
  atMs: number,
): DecayingHistogram {
  return addSample(histogram, value, -weight, atMs);
}

/** Upper end of the first bucket by which a share `p` of the weight is reached; 0 for an empty histogram. */
export function percentile({ buckets, weights, total }: DecayingHistogram, p: number): number {
  const first = weights.findIndex((weight) => weight >= EPSILON);
  if (first === -1) return 0;
  const last = weights.findLastIndex((weight) => weight >= EPSILON);
  const threshold = p * total;
  let sum = 0;
  let index = first;
  for (; index < last; index += 1) {
    sum += must(weights[index], `the weight of bucket ${index}`);
    if (sum >= threshold) break;
  }
  return endOf(buckets, index);
}

/** A histogram rounded for storing: the heaviest bucket weighs 10,000, others in proportion. */
export interface Checkpoint {
  readonly total: number;
  readonly referenceMs: number;
  /** By bucket; light ones that round to 0 are left out. */
  readonly weights: Readonly<Record<string, number>>;
}

export function checkpointOf({ weights, total, referenceMs }: DecayingHistogram): Checkpoint {
  const heaviest = Math.max(...weights);
  const rounded = weights.map((weight) =>
    heaviest === 0 ? 0 : Math.round((weight / heaviest) * CHECKPOINT_WEIGHT),
  );
  const kept = rounded.flatMap((weight, index): [string, number][] =>
    weight === 0 ? [] : [[String(index), weight]],
  );
  return { total, referenceMs, weights: Object.fromEntries(kept) };
}

export function fromCheckpoint(
  buckets: Buckets,
  halfLifeMs: number | null,
  checkpoint: Checkpoint,
): DecayingHistogram {
  const { total, referenceMs } = checkpoint;
  const sum = Object.values(checkpoint.weights).reduce((before, weight) => before + weight, 0);
  const ratio = sum === 0 ? 0 : total / sum;
  const weights = Array.from(
    { length: buckets.count },
    (_none, index) => (checkpoint.weights[String(index)] ?? 0) * ratio,
  );
  return { buckets, halfLifeMs, referenceMs, total, weights };
}

function changed(histogram: DecayingHistogram, value: number, change: number): DecayingHistogram {
  const index = indexOf(histogram.buckets, value);
  const weights = [...histogram.weights];
  weights[index] = Math.max(0, must(weights[index], `the weight of bucket ${index}`) + change);
  return { ...histogram, weights, total: Math.max(0, histogram.total + change) };
}

function decayFactor({ halfLifeMs, referenceMs }: DecayingHistogram, atMs: number): number {
  return halfLifeMs === null ? 1 : 2 ** ((atMs - referenceMs) / halfLifeMs);
}

function shiftTo(histogram: DecayingHistogram, atMs: number): DecayingHistogram {
  const { halfLifeMs, referenceMs } = histogram;
  if (halfLifeMs === null || atMs - referenceMs <= MAX_EXPONENT * halfLifeMs) return histogram;
  const moved = Math.round(atMs / halfLifeMs) * halfLifeMs;
  const factor = 2 ** ((referenceMs - moved) / halfLifeMs);
  return {
    ...histogram,
    referenceMs: moved,
    total: histogram.total * factor,
    weights: histogram.weights.map((weight) => weight * factor),
  };
}
