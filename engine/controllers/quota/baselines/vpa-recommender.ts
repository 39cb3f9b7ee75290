import type { Checkpoint } from './decaying-histogram.js';
import { addSample, emptyHistogram, fromCheckpoint } from './decaying-histogram.js';
import type { DecayingHistogram } from './decaying-histogram.js';
import type { Recommended, Recommender } from './recommender.js';
import type { MemoryPeaks } from './vpa-estimate.js';
import { VPA, addMemoryUse, addOom, confidence, recommendCpu, recommendMemory } from './vpa-estimate.js';

export interface VpaOptions {
  readonly sees: 'demand' | 'use';
  /** A running container is only restarted for a change this large from this age on, milliseconds. */
  readonly lifetimeMs: number;
}

/** The updater's threshold: the sum over both resources of the change, as a share of what is requested. */
const WORTH = 0.1;
/** A kill this soon after a start calls for an update at once. */
const QUICK_OOM_MS = 600_000;
const PAGE_BYTES = 4096;
const CORE_US = 100_000;

/** A histogram without its buckets, which are constants; all its weights, so that storing it changes nothing. */
type Stored = Checkpoint;

interface VpaState {
  readonly cpu: Stored;
  readonly memory: Omit<MemoryPeaks, 'histogram'> & { readonly histogram: Stored };
  readonly firstMs: number;
  readonly samples: number;
  readonly startedMs: number;
}

/**
 * The Vertical Pod Autoscaler: one sample a minute, target and bounds each minute, and a restart of the container for
 * every change. Each container is a pod of its own.
 */
export function vpa({ sees, lifetimeMs }: VpaOptions): Recommender<VpaState> {
  return {
    everyUs: 60_000_000,
    grain: 'second',
    sees,
    recommend: (container) => {
      const { nowMs, profile } = container;
      if (container.state === null) {
        const histogram = stored(emptyHistogram(VPA.memoryBuckets, VPA.halfLifeMs));
        const state = {
          cpu: stored(emptyHistogram(VPA.cpuBuckets, VPA.halfLifeMs)),
          memory: { histogram, windowEndMs: null, peak: 0, oomPeak: 0 },
          firstMs: nowMs,
          samples: 0,
          startedMs: nowMs,
        };
        return { state, quotaUs: profile.workUs, limitPages: profile.needPages, restarts: false };
      }
      const next = take(container, container.state);
      const known = confidence(nowMs - next.firstMs, next.samples, VPA.confidenceMs);
      const cpu = recommendCpu(next.cpu, known, 1);
      const memory = recommendMemory(next.memory.histogram, known, 1);
      const cores = container.quotaUs / CORE_US;
      const bytes = container.limitPages * PAGE_BYTES;
      const isOutside =
        cores < cpu.lower || cores > cpu.upper || bytes < memory.lower || bytes > memory.upper;
      const change =
        Math.abs(cpu.target - cores) / cores + Math.abs(memory.target - bytes) / Math.max(1, bytes);
      const age = nowMs - container.state.startedMs;
      const isQuickOom = container.oomKills > 0 && age <= QUICK_OOM_MS;
      const updates = next.samples > 0 && (isOutside || isQuickOom || (age >= lifetimeMs && change >= WORTH));
      return {
        state: {
          cpu: stored(next.cpu),
          memory: { ...next.memory, histogram: stored(next.memory.histogram) },
          firstMs: next.firstMs,
          samples: next.samples,
          startedMs: updates || container.oomKills > 0 ? nowMs : container.state.startedMs,
        },
        quotaUs: updates ? Math.round(cpu.target * CORE_US) : container.quotaUs,
        limitPages: updates ? Math.ceil(memory.target / PAGE_BYTES) : container.limitPages,
        restarts: updates,
      };
    },
  };
}

/** The minute as one sample: mean CPU, greatest memory, and what kills tell. */
function take(
  { samples, oomKills, limitPages, nowMs }: Recommended<VpaState>,
  state: VpaState,
): {
  readonly cpu: DecayingHistogram;
  readonly memory: MemoryPeaks;
  readonly firstMs: number;
  readonly samples: number;
} {
  const cpu = fromCheckpoint(VPA.cpuBuckets, VPA.halfLifeMs, state.cpu);
  const histogram = fromCheckpoint(VPA.memoryBuckets, VPA.halfLifeMs, state.memory.histogram);
  const peaks: MemoryPeaks = { ...state.memory, histogram };
  if (samples.length === 0) return { ...state, cpu, memory: peaks };
  const cores = samples.reduce((sum, { cpuUs }) => sum + cpuUs, 0) / samples.length / CORE_US;
  const bytes = Math.max(...samples.map(({ pages }) => pages)) * PAGE_BYTES;
  const used = addMemoryUse(peaks, bytes, nowMs);
  return {
    cpu: addSample(cpu, cores, VPA.cpuSampleWeight, nowMs),
    memory: oomKills === 0 ? used : addOom(used, limitPages * PAGE_BYTES, nowMs),
    firstMs: state.firstMs,
    samples: state.samples + 1,
  };
}

function stored({ weights, total, referenceMs }: DecayingHistogram): Stored {
  const kept = weights.flatMap((weight, index): [string, number][] =>
    weight === 0 ? [] : [[String(index), weight]],
  );
  return { total, referenceMs, weights: Object.fromEntries(kept) };
}
