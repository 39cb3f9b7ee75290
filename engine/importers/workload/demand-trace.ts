import { must } from '../../base/assert.js';
import type { TraceEvent } from '../../replay/trace.js';
import type { Imported } from '../importer.js';
import type { DemandSeries } from './demand-series.js';
import { secondPeak } from './demand-series.js';

/** Length of a CFS period. */
export const PERIOD_US = 100_000;

/** Containers of one application and what they ask for. */
export interface DemandTrace {
  readonly application: string;
  /** Limits of the whole application: microseconds of CPU per period, pages. */
  readonly cpuUs: number;
  readonly memoryPages: number;
  /** Names of the containers, which are numbered from 1. */
  readonly names: readonly string[];
  readonly demand: DemandSeries;
  /** Periods at the start that no figure counts. */
  readonly warmupPeriods: number;
  readonly notes: Readonly<Record<string, unknown>>;
}

/**
 * The events of the quota controller: an application, its containers deployed at equal shares, what was profiled of
 * each of them (greatest mean over a second, greatest memory), and one `demand` for every period.
 */
export function demandTrace(trace: DemandTrace): Imported {
  return {
    header: { controller: 'quota', notes: { ...trace.notes, warmup_s: trace.warmupPeriods / 10 } },
    events: { [Symbol.iterator]: () => eventsOf(trace) },
  };
}

function* eventsOf(trace: DemandTrace): Generator<TraceEvent> {
  const { names, demand, cpuUs, memoryPages } = trace;
  const containers = names.map((_name, index) => index + 1);
  const at = (type: string, fields: TraceEvent['fields'], atUs = 0): TraceEvent => ({ atUs, type, fields });
  const small = smallParameters(cpuUs / names.length);
  if (small !== null) yield at('parameters', small);
  yield at('application', {
    application: 1,
    name: trace.application,
    cpu_us: cpuUs,
    memory_pages: memoryPages,
  });
  yield at('deploy', { application: 1, containers });
  yield at('profile', {
    containers,
    names,
    work_us: demand.cpu.map((work) => Math.ceil(secondPeak(work))),
    need_pages: demand.memory.map((need) => greatest(need)),
    measure_from_us: trace.warmupPeriods * PERIOD_US,
  });
  const periods = demand.cpu[0]?.length ?? 0;
  for (let period = 0; period < periods; period += 1) {
    const column = (values: readonly ArrayLike<number>[]): number[] =>
      values.map((one) => must(one[period], `period ${period}`));
    yield at(
      'demand',
      { containers, work_us: column(demand.cpu), need_pages: column(demand.memory) },
      (period + 1) * PERIOD_US,
    );
  }
}

/** The rules' own least quota; containers whose share is not several times as much need smaller steps. */
const QUOTA_MIN_US = 30_000;
const SHARE_OF_MIN = 3;

/**
 * The rules' amounts of CPU time in proportion to an application whose containers are far smaller than those they were
 * made for; null where they fit as they are.
 */
function smallParameters(shareUs: number): Readonly<Record<string, number>> | null {
  const least = Math.max(1000, Math.floor(shareUs / SHARE_OF_MIN));
  if (least >= QUOTA_MIN_US) return null;
  return {
    quota_min_us: least,
    slice_us: least,
    idle_quota_us: least,
    wake_quota_us: Math.ceil((least * 10) / 3),
    trim_us: Math.ceil(least / 6),
  };
}

/** Loops rather than spreads: a day of periods is more than a call takes arguments. */
function greatest(values: ArrayLike<number>): number {
  let most = 0;
  for (let at = 0; at < values.length; at += 1) most = Math.max(most, must(values[at], 'a value'));
  return most;
}
