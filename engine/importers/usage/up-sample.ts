import type { Random } from '../../base/random.js';
import { exponential } from '../workload/bursts.js';

/** How samples further apart than a period are filled in between. Declared with every trace it makes. */
export const UP_SAMPLINGS = ['jitter', 'hold', 'linear'] as const;
export type UpSampling = (typeof UP_SAMPLINGS)[number];

/** A value from a point in time on. */
export interface Point {
  readonly atMs: number;
  readonly value: number;
}

/**
 * One value per period. `hold` repeats a sample until the next one, also over holes; `linear` goes straight from one to
 * the next; `jitter` multiplies what is held with an exponential law of mean 1, since a source of minutes says nothing
 * of tenths of a second.
 *
 * Before the first point stands its value. Points are in the order of time; without any, there is nothing: zeros.
 */
export function upSample(
  points: readonly Point[],
  periods: number,
  timeOf: (period: number) => number,
  how: UpSampling,
  random: Random,
): Int32Array {
  const values = new Int32Array(periods);
  let at = 0;
  for (let period = 0; period < periods && points.length > 0; period += 1) {
    const nowMs = timeOf(period);
    while (at + 1 < points.length && (points[at + 1]?.atMs ?? Infinity) <= nowMs) at += 1;
    const now = points[at];
    const next = points[at + 1];
    if (now === undefined) break;
    let value = now.value;
    if (how === 'linear' && next !== undefined && nowMs > now.atMs) {
      value += ((next.value - now.value) * (nowMs - now.atMs)) / (next.atMs - now.atMs);
    } else if (how === 'jitter') value *= exponential(random);
    values[period] = Math.round(value);
  }
  return values;
}
