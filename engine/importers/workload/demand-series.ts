import { must } from '../../base/assert.js';
import { seededRandom } from '../../base/random.js';
import type { BurstModel } from './bursts.js';
import { burstFactors, exponential } from './bursts.js';
import type { Workload } from './request-rates.js';
import { requestCounts } from './request-rates.js';

/** What the containers of an application ask for, period by period. */
export interface DemandSeries {
  /** By container, then by period: arriving CPU work, microseconds. */
  readonly cpu: readonly Int32Array[];
  /** By container, then by period: memory needed, pages. */
  readonly memory: readonly Int32Array[];
}

export interface DemandOptions {
  readonly containers: number;
  readonly periods: number;
  readonly workload: Workload;
  readonly bursts: BurstModel;
  /** What the containers' greatest means over a second add up to, microseconds of CPU per period. */
  readonly cpuUs: number;
  /** What their greatest needs of memory add up to, pages. */
  readonly memoryPages: number;
  readonly seed: number;
}

/** Periods of a second: what the tools that profile an application average over. */
export const SECOND_PERIODS = 10;
/** Every container gets some share of the application; the spread of shares is that of an exponential law on top. */
const LEAST_SHARE = 0.4;
/** Share of a container's memory that it needs without load. */
const RESIDENT_SHARE = 0.6;
/** Share of the rest that comes and goes with the load; what remains grows until it is collected. */
const LOAD_SHARE = 0.7;
/** Memory follows the load at this pace: 1 / periods. */
const MEMORY_PACE = 1 / 100;
/** Periods from one collection to the next, on average. */
const COLLECT_PERIODS = 300;

/**
 * Demands whose greatest means over a second are what was profiled: all requests reach all containers, each costs every
 * container its own share of work, and each container has bursts of its own.
 */
export function demandSeries(options: DemandOptions): DemandSeries {
  const { containers, periods, seed } = options;
  const shares = sharesOf(containers, seed);
  const requests = Int32Array.from({ length: periods }, () => 0);
  const counts = requestCounts(options.workload, seededRandom(seed));
  for (let period = 0; period < periods; period += 1) requests[period] = counts.next().value;
  const cpu: Int32Array[] = [];
  const memory: Int32Array[] = [];
  for (const [index, share] of shares.entries()) {
    const random = seededRandom((Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca77)) >>> 0);
    const factors = burstFactors(options.bursts, random);
    const work = Float64Array.from(requests, (count) => count * factors.next().value);
    cpu.push(scaled(work, secondPeak(work), share * options.cpuUs));
    const need = memoryOf(work, random);
    memory.push(scaled(need, Math.max(...need), share * options.memoryPages));
  }
  return { cpu, memory };
}

/** The greatest mean over a whole second: what static limits are made from. */
export function secondPeak(values: ArrayLike<number>): number {
  let peak = 0;
  for (let start = 0; start + SECOND_PERIODS <= values.length; start += SECOND_PERIODS) {
    let sum = 0;
    for (let at = start; at < start + SECOND_PERIODS; at += 1)
      sum += must(values[at], 'a period of the second');
    peak = Math.max(peak, sum / SECOND_PERIODS);
  }
  return peak;
}

/** Parts of 1, none much smaller than the average. */
function sharesOf(count: number, seed: number): number[] {
  const random = seededRandom(seed ^ 0x5bd1e995);
  const raw = Array.from({ length: count }, () => LEAST_SHARE + exponential(random));
  const total = raw.reduce((sum, one) => sum + one, 0);
  return raw.map((one) => one / total);
}

/** Resident memory, some that follows the load, and some that grows until it is collected; 1 is about the greatest. */
function memoryOf(work: Float64Array, random: { next(): number }): Float64Array {
  const mean = work.reduce((sum, one) => sum + one, 0) / Math.max(1, work.length);
  let load = 0;
  let garbage = random.next();
  return work.map((one) => {
    load += MEMORY_PACE * ((mean === 0 ? 0 : one / mean) - load);
    garbage += 1 / COLLECT_PERIODS;
    if (garbage > 0.75 && random.next() < 4 / COLLECT_PERIODS) garbage = 0;
    const flexible = LOAD_SHARE * Math.min(1, load / 2) + (1 - LOAD_SHARE) * Math.min(1, garbage);
    return RESIDENT_SHARE + (1 - RESIDENT_SHARE) * flexible;
  });
}

function scaled(values: Float64Array, peak: number, wanted: number): Int32Array {
  const factor = peak === 0 ? 0 : wanted / peak;
  return Int32Array.from(values, (value) => Math.round(value * factor));
}
