import { readFileSync } from 'node:fs';
import test from 'ava';
import { must } from '../../../engine/base/assert.js';
import type { Buckets } from '../../../engine/controllers/quota/baselines/buckets.js';
import {
  exponentialBuckets,
  indexOf,
  linearBuckets,
  startOf,
} from '../../../engine/controllers/quota/baselines/buckets.js';
import type { DecayingHistogram } from '../../../engine/controllers/quota/baselines/decaying-histogram.js';
import {
  addSample,
  checkpointOf,
  emptyHistogram,
  fromCheckpoint,
  percentile,
  subtractSample,
} from '../../../engine/controllers/quota/baselines/decaying-histogram.js';
import type { MemoryPeaks } from '../../../engine/controllers/quota/baselines/vpa-estimate.js';
import {
  VPA,
  addMemoryUse,
  addOom,
  confidence,
  cutCores,
  oomSample,
  recommendCpu,
  recommendMemory,
  withConfidence,
} from '../../../engine/controllers/quota/baselines/vpa-estimate.js';

interface Sample {
  readonly value: number;
  readonly weight: number;
  readonly t_h?: number;
}
interface Expected {
  readonly p: number;
  readonly value: number;
}
interface Options {
  readonly buckets: number;
  readonly find: Readonly<Record<string, number>>;
}
interface Vectors {
  readonly defaults: Readonly<Record<string, number>>;
  readonly linear_options: Options & {
    readonly max: number;
    readonly bucket: number;
    readonly start: Readonly<Record<string, number>>;
  };
  readonly exponential_options: Options & {
    readonly max: number;
    readonly first: number;
    readonly ratio: number;
    readonly start: readonly number[];
  };
  readonly percentiles: { readonly samples: readonly Sample[]; readonly expect: readonly Expected[] };
  readonly out_of_bounds: {
    readonly samples: readonly Sample[];
    readonly expect: readonly Expected[];
    readonly then_add: readonly Sample[];
    readonly then_expect: readonly Expected[];
  };
  readonly decay: readonly {
    readonly half_life_h: number;
    readonly samples: readonly Sample[];
    readonly expect: readonly Expected[];
  }[];
  readonly checkpoint: readonly {
    readonly samples?: readonly (readonly [number, number])[];
    readonly total?: number;
    readonly weights?: Readonly<Record<string, number>>;
    readonly load?: { readonly total: number; readonly weights: Readonly<Record<string, number>> };
    readonly expect?: Readonly<Record<string, number>>;
  }[];
  readonly confidence: readonly Readonly<Record<string, number>>[];
  readonly margin: Readonly<Record<string, number>>;
  readonly minimum: {
    readonly pod_min_cpu_m: number;
    readonly pod_min_mem_mib: number;
    readonly one_container: { readonly cpu_m: number; readonly mem_mib: number };
    readonly two_containers: { readonly cpu_m_each_truncated: number; readonly mem_mib_each: number };
  };
  readonly percentile_estimator: {
    readonly cpu_samples: readonly number[];
    readonly p_cpu: number;
    readonly mem_samples: readonly number[];
    readonly p_mem: number;
    readonly exact_own: { readonly cpu: number; readonly mem: number };
  };
  readonly memory_peaks: readonly {
    readonly events: readonly (readonly [string, number, number])[];
    readonly histogram_ops: readonly (readonly [string, number, number])[];
  }[];
  readonly oom: readonly {
    readonly requested_mib?: number;
    readonly peak_mib?: number;
    readonly sample_mib?: number;
    readonly sequence?: readonly number[];
    readonly samples?: readonly (number | null)[];
    readonly age_h?: number;
    readonly age_s?: number;
    readonly interval_h?: number;
    readonly discarded?: boolean;
    readonly next_window?: boolean;
  }[];
  readonly own_constant: Readonly<Record<string, number>>;
}

const vectors = JSON.parse(readFileSync('test/cases/vpa_vectors.json', 'utf8')) as Vectors;

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

function near(actual: number, wanted: number, share = 1e-9): boolean {
  return Math.abs(actual - wanted) <= Math.abs(wanted) * share;
}

function filled(buckets: Buckets, samples: readonly Sample[], halfLifeMs: number | null): DecayingHistogram {
  return samples.reduce(
    (histogram, { value, weight, t_h: hours = 0 }) => addSample(histogram, value, weight, hours * HOUR_MS),
    emptyHistogram(buckets, halfLifeMs),
  );
}

const noPeaks: MemoryPeaks = {
  histogram: emptyHistogram(VPA.memoryBuckets, VPA.halfLifeMs),
  windowEndMs: null,
  peak: 0,
  oomPeak: 0,
};

test('buckets begin, end and are found where the autoscaler has them', (t) => {
  const { linear_options: linear, exponential_options: exponential } = vectors;
  const straight = linearBuckets(linear.max, linear.bucket);
  t.is<unknown, unknown>(straight.count, linear.buckets);
  for (const [index, start] of Object.entries(linear.start))
    t.true(near(startOf(straight, Number(index)), start), index);
  for (const [value, index] of Object.entries(linear.find))
    t.is<unknown, unknown>(indexOf(straight, Number(value)), index, value);
  const growing = exponentialBuckets(exponential.max, exponential.first, exponential.ratio);
  t.is<unknown, unknown>(growing.count, exponential.buckets);
  for (const [index, start] of exponential.start.entries())
    t.true(near(startOf(growing, index), start), String(index));
  for (const [value, index] of Object.entries(exponential.find))
    t.is<unknown, unknown>(indexOf(growing, Number(value)), index, value);
});

test('the defaults are those of the autoscaler', (t) => {
  const { defaults } = vectors;
  t.is<unknown, unknown>(VPA.cpuBuckets.count, defaults['cpu_buckets']);
  t.is<unknown, unknown>(VPA.memoryBuckets.count, defaults['mem_buckets']);
  t.is<unknown, unknown>(VPA.halfLifeMs, must(defaults['cpu_half_life_s'], 'half-life') * 1000);
  t.is<unknown, unknown>(VPA.memoryIntervalMs, must(defaults['mem_interval_s'], 'interval') * 1000);
  t.is<unknown, unknown>(VPA.cpuSampleWeight, defaults['cpu_sample_weight']);
  t.is<unknown, unknown>(VPA.memorySampleWeight, defaults['mem_sample_weight']);
  t.is<unknown, unknown>(VPA.margin, defaults['margin']);
  t.is<unknown, unknown>(VPA.minimumMillicores, defaults['min_cpu_millicores']);
  t.is<unknown, unknown>(VPA.minimumBytes, must(defaults['min_mem_mib'], 'minimum') * MIB);
  t.is<unknown, unknown>(VPA.oomRatio, defaults['oom_ratio']);
  t.is<unknown, unknown>(VPA.oomBumpBytes, defaults['oom_min_bump_bytes']);
  t.deepEqual(
    [VPA.lower.p, VPA.target.p, VPA.upper.p, VPA.lower.multiplier, VPA.lower.exponent],
    ['lower_p', 'target_p', 'upper_p', 'lower_multiplier', 'lower_exponent'].map((name) => defaults[name]),
  );
});

test('a percentile is the end of the bucket that reaches it', (t) => {
  const { percentiles, out_of_bounds: outside } = vectors;
  const plain = filled(linearBuckets(10, 1), percentiles.samples, null);
  for (const { p, value } of percentiles.expect)
    t.is<unknown, unknown>(percentile(plain, p), value, `p ${p}`);
  const few = filled(linearBuckets(1, 0.1), outside.samples, null);
  for (const { p, value } of outside.expect) t.true(near(percentile(few, p), value), `p ${p}`);
  const more = outside.then_add.reduce(
    (histogram, { value, weight }) => addSample(histogram, value, weight, 0),
    few,
  );
  for (const { p, value } of outside.then_expect) t.true(near(percentile(more, p), value), `p ${p}`);
  t.is<unknown, unknown>(percentile(emptyHistogram(linearBuckets(1, 0.1), null), 0.5), 0);
});

test('old samples fade by half-life, also over times no double could hold', (t) => {
  for (const { half_life_h: hours, samples, expect } of vectors.decay) {
    const histogram = filled(linearBuckets(10, 1), samples, hours * HOUR_MS);
    for (const { p, value } of expect)
      t.is<unknown, unknown>(percentile(histogram, p), value, `${samples.length} at p ${p}`);
  }
});

test('what is subtracted was never there', (t) => {
  const once = addSample(emptyHistogram(linearBuckets(10, 1), HOUR_MS), 3, 2, HOUR_MS);
  const twice = subtractSample(addSample(once, 7, 5, HOUR_MS), 7, 5, HOUR_MS);
  t.deepEqual(twice, once);
});

test('a checkpoint keeps shares of the heaviest bucket, and loads to the total it had', (t) => {
  const buckets = linearBuckets(10, 1);
  for (const { samples, total, weights, load, expect } of vectors.checkpoint) {
    if (samples !== undefined) {
      const pairs = samples.map(([value, weight]): Sample => ({ value, weight }));
      const checkpoint = checkpointOf(filled(buckets, pairs, HOUR_MS));
      t.is<unknown, unknown>(checkpoint.total, total);
      t.deepEqual(checkpoint.weights, weights);
    }
    if (load !== undefined) {
      const histogram = fromCheckpoint(buckets, HOUR_MS, { ...load, referenceMs: 0 });
      const kept = histogram.weights.flatMap((weight, index) =>
        weight === 0 ? [] : [[String(index), weight]],
      );
      t.deepEqual(Object.fromEntries(kept), expect);
    }
  }
});

test('little history widens the bounds', (t) => {
  for (const row of vectors.confidence) {
    const { samples = 0, spacing_min: spacing, interval_min: interval, multiplier, exponent } = row;
    const shape = { multiplier: must(multiplier, 'multiplier'), exponent: must(exponent, 'exponent') };
    if (spacing === undefined || interval === undefined) {
      t.is<unknown, unknown>(withConfidence(1, 0, shape, 1e14), row['amount']);
      continue;
    }
    const known = confidence(samples * spacing * 60_000, samples, interval * 60_000);
    t.is<unknown, unknown>(known, row['confidence']);
    t.is<unknown, unknown>(
      cutCores(withConfidence(must(row['base_cores'], 'base'), known, shape, 1e11)),
      row['cpu_cores'],
    );
    t.true(near(withConfidence(must(row['mem_base'], 'base'), known, shape, 1e14), row['mem_bytes'] ?? 0));
  }
});

test('the minimum of a pod is shared by its containers, and cut to whole units', (t) => {
  const nothing = emptyHistogram(VPA.cpuBuckets, null);
  const { one_container: one, two_containers: two } = vectors.minimum;
  t.is<unknown, unknown>(recommendCpu(nothing, 1, 1).target * 1000, one.cpu_m);
  t.is<unknown, unknown>(recommendCpu(nothing, 1, 2).target * 1000, two.cpu_m_each_truncated);
  t.is<unknown, unknown>(recommendMemory(nothing, 1, 1).target, one.mem_mib * MIB);
  t.is<unknown, unknown>(recommendMemory(nothing, 1, 2).target, two.mem_mib_each * MIB);
});

test('percentiles of the default buckets are their ends', (t) => {
  const {
    cpu_samples: cpu,
    mem_samples: memory,
    p_cpu: pCpu,
    p_mem: pMem,
    exact_own: exact,
  } = vectors.percentile_estimator;
  const weigh = (values: readonly number[]): Sample[] => values.map((value) => ({ value, weight: 1 }));
  t.true(near(percentile(filled(VPA.cpuBuckets, weigh(cpu), null), pCpu), exact.cpu));
  t.true(near(percentile(filled(VPA.memoryBuckets, weigh(memory), null), pMem), exact.mem));
});

test('memory counts one peak an interval, replaced while it grows', (t) => {
  for (const { events, histogram_ops: operations } of vectors.memory_peaks) {
    const day = VPA.memoryIntervalMs;
    const scale = 50 * MIB;
    const got = events.reduce(
      (peaks, [, at, value]) => addMemoryUse(peaks, value * scale, at * day),
      noPeaks,
    ).histogram;
    const change = { add: addSample, sub: subtractSample };
    const wanted = operations.reduce((histogram, [what, value, end], index) => {
      // The second number of an `add` or `sub` before the last is the weight; the running interval ends at 1.
      const endMs = index === operations.length - 1 ? end * day : day;
      return change[what as 'add' | 'sub'](histogram, value * scale, 1, endMs);
    }, noPeaks.histogram);
    t.deepEqual(got, wanted);
  }
});

test('an out-of-memory kill counts as what was asked for and some more', (t) => {
  const day = VPA.memoryIntervalMs;
  for (const row of vectors.oom) {
    const { requested_mib: requested, peak_mib: peak = 0, sample_mib: wanted, sequence, samples } = row;
    const atMs = row.next_window === true ? day + 1000 : 1000;
    const before = peak === 0 ? noPeaks : addMemoryUse(noPeaks, peak * MIB, 0);
    if (requested !== undefined) {
      const sample = must(oomSample(before, requested * MIB, atMs), 'a sample');
      t.is<unknown, unknown>(Math.floor(sample / MIB), wanted, JSON.stringify(row));
    } else if (sequence !== undefined) {
      let peaks = noPeaks;
      for (const [index, asked] of sequence.entries()) {
        const sample = oomSample(peaks, asked * MIB, 1000 + index);
        t.is<unknown, unknown>(
          sample === null ? null : Math.floor(sample / MIB),
          samples?.[index] ?? null,
          String(asked),
        );
        peaks = addOom(peaks, asked * MIB, 1000 + index);
      }
    } else {
      const ageMs = (row.age_h ?? 0) * HOUR_MS + (row.age_s ?? 0) * 1000;
      // The running interval is the second one; the event is as much older than its last instant.
      const running = addMemoryUse(addMemoryUse(noPeaks, MIB, 0), MIB, day + day - 1);
      const isDiscarded = oomSample(running, 1000 * MIB, 2 * day - ageMs) === null;
      t.is<unknown, unknown>(isDiscarded, row.discarded, JSON.stringify(row));
    }
  }
});

test('a day of constant load is recommended with a margin and tight bounds', (t) => {
  const { own_constant: own } = vectors;
  const load = must(own['load_cores'], 'load');
  const count = must(own['samples'], 'samples');
  const spacingMs = must(own['spacing_s'], 'spacing') * 1000;
  let histogram = emptyHistogram(VPA.cpuBuckets, VPA.halfLifeMs);
  for (let index = 0; index < count; index += 1)
    histogram = addSample(histogram, load, VPA.cpuSampleWeight, index * spacingMs);
  t.true(near(percentile(histogram, 0.9), must(own['p90_bucket_end'], 'p90')));
  const known = confidence((count - 1) * spacingMs, count, VPA.confidenceMs);
  t.is<unknown, unknown>(known, own['confidence']);
  const { lower, target, upper } = recommendCpu(histogram, known, 1);
  t.deepEqual(
    [lower, target, upper].map((cores) => Math.round(cores * 1000)),
    ['lower_m', 'target_m', 'upper_m'].map((name) => own[name]),
  );
  const peaks = addMemoryUse(noPeaks, must(own['mem_peak_mib'], 'peak') * MIB, 0);
  t.true(near(percentile(peaks.histogram, 0.9), must(own['mem_p90_bytes'], 'p90')));
  t.is<unknown, unknown>(recommendMemory(peaks.histogram, known, 1).target, own['mem_target_bytes']);
});
