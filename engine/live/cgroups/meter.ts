import type { CgroupSample, CgroupUse } from '../../base/cgroup.js';

/** What became of a sample. */
export type Metered =
  | { readonly kind: 'first' }
  /** A counter fell: the control group was made anew, or its counters were. What was used since is not known. */
  | { readonly kind: 'reset'; readonly counter: string }
  | { readonly kind: 'use'; readonly use: CgroupUse };

/** The difference of two samples of one control group. */
export function meter(before: CgroupSample | null, sample: CgroupSample): Metered {
  if (before === null) return { kind: 'first' };
  const counters = [
    ['usage_usec', before.usageUs, sample.usageUs],
    ['nr_periods', before.periods, sample.periods],
    ['nr_throttled', before.throttled, sample.throttled],
  ] as const;
  for (const [counter, then, now] of counters) {
    if (then !== null && now !== null && now < then) return { kind: 'reset', counter };
  }
  const elapsedUs = sample.atUs - before.atUs;
  if (elapsedUs <= 0) return { kind: 'first' };
  return {
    kind: 'use',
    use: {
      sample,
      elapsedUs,
      usedUs: sample.usageUs - before.usageUs,
      periods: difference(before.periods, sample.periods),
      throttled: difference(before.throttled, sample.throttled) ?? 0,
      memoryHits: Math.max(0, difference(before.memoryHits, sample.memoryHits) ?? 0),
      memoryKills: Math.max(0, difference(before.memoryKills, sample.memoryKills) ?? 0),
    },
  };
}

function difference(then: number | null, now: number | null): number | null {
  return then === null || now === null ? null : now - then;
}
