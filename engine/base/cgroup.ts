/** A limit of a control group (cgroup v2): a number, or `max` for none. */
export type CgroupLimit = number | 'max';

/** Run time that a control group may use per period (`cpu.max`), microseconds. */
export interface CpuMax {
  readonly quotaUs: CgroupLimit;
  readonly periodUs: number;
}

/** What the files of one control group told at one instant. `null`: the control group has no such file or line. */
export interface CgroupSample {
  /** Path below the watched folder. */
  readonly name: string;
  /** When it was read, microseconds of a clock that only rises. */
  readonly atUs: number;
  /** Run time since the control group was made (`usage_usec` of cpu.stat), microseconds. */
  readonly usageUs: number;
  /** Periods in which it ran, and those in which it was throttled (`nr_periods`, `nr_throttled`). */
  readonly periods: number | null;
  readonly throttled: number | null;
  readonly cpuMax: CpuMax | null;
  readonly memoryBytes: number | null;
  readonly memoryMax: CgroupLimit | null;
  /** How often its memory met the limit (`max` and `oom` of memory.events). */
  readonly memoryHits: number | null;
  /** Processes that the kernel killed for want of memory (`oom_kill`). */
  readonly memoryKills: number | null;
}

/** What a control group did between two samples. */
export interface CgroupUse {
  readonly sample: CgroupSample;
  readonly elapsedUs: number;
  readonly usedUs: number;
  /** Periods that its counters moved on by; null where it counts none. */
  readonly periods: number | null;
  readonly throttled: number;
  readonly memoryHits: number;
  readonly memoryKills: number;
}

/** A limit to be put into a control group. */
export type CgroupOrder =
  | { readonly resource: 'cpu'; readonly name: string; readonly quotaUs: number; readonly periodUs: number }
  | { readonly resource: 'memory'; readonly name: string; readonly bytes: number };

/** Limits of all watched control groups together; null where none is known. */
export interface CgroupBudget {
  readonly cpuMax: CpuMax | null;
  readonly memoryBytes: number | null;
}
