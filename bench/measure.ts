import type { Clock } from '../engine/base/clock.js';
import { must } from '../engine/base/assert.js';
import { byNumber } from '../engine/base/order.js';
import type { Row } from './bench.js';

/** How long and how often something is repeated. */
export interface Repetition {
  /** Wall milliseconds after which no further repetition starts. */
  readonly budgetMs: number;
  /** Never more repetitions than this. */
  readonly most: number;
}

/** Milliseconds of repeated runs. */
export interface Timing {
  readonly runs: number;
  /** Wall time. */
  readonly medianMs: number;
  /** Wall time. */
  readonly p95Ms: number;
  /** Mean CPU time of all threads of the process: what a busy neighbour changes least. */
  readonly cpuMs: number;
}

/** A smoke run asks whether a bench works, not how fast it is. */
export function repetition(smoke: boolean): Repetition {
  return smoke ? { budgetMs: 20, most: 3 } : { budgetMs: 1500, most: 200 };
}

/** Share of the budget that runs before anything counts. */
const WARM_UP = 0.2;
/** With fewer runs than this a median says little. */
const LEAST = 3;

/** CPU milliseconds that the process has used, all threads together. */
export function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Times `work`: a warm-up, then runs until the budget or the number is spent, at least three.
 * What alone takes longer than the whole budget is run once and that one run is what counts.
 */
export function measure(clock: Clock, repeat: Repetition, work: () => unknown): Timing {
  const series = new Series(clock);
  series.time(work);
  if (series.lastMs > repeat.budgetMs) return series.timing();
  while (series.spentMs < repeat.budgetMs * WARM_UP) series.time(work);
  series.restart();
  while (series.isShort(repeat)) series.time(work);
  return series.timing();
}

/** The same for work that waits for another thread, with one run as warm-up; `last` is what the last run gave. */
export async function measureAsync<T>(
  clock: Clock,
  repeat: Repetition,
  work: () => Promise<T>,
): Promise<{ readonly timing: Timing; readonly last: T }> {
  const series = new Series(clock);
  let last = await series.timeAsync(work);
  if (series.lastMs > repeat.budgetMs) return { timing: series.timing(), last };
  series.restart();
  while (series.isShort(repeat)) last = await series.timeAsync(work);
  return { timing: series.timing(), last };
}

/**
 * Times several works in turns, so that a busy minute hits them all and their ratios hold: a warm-up round, then rounds
 * until the budget of each or the number is spent, at least three.
 */
export function measureInTurns(
  clock: Clock,
  repeat: Repetition,
  works: readonly (() => unknown)[],
): Timing[] {
  const turns = works.map((work) => ({ work, samples: [] as number[], cpuMs: 0 }));
  for (const { work } of turns) work();
  const started = clock.nowMs();
  const budgetMs = repeat.budgetMs * works.length;
  for (
    let round = 0;
    round < repeat.most && (round < LEAST || clock.nowMs() - started < budgetMs);
    round += 1
  ) {
    for (const turn of turns) {
      const startedMs = clock.nowMs();
      const startedCpuMs = cpuNowMs();
      turn.work();
      turn.samples.push(clock.nowMs() - startedMs);
      turn.cpuMs += cpuNowMs() - startedCpuMs;
    }
  }
  return turns.map(({ samples, cpuMs }) => ({
    runs: samples.length,
    medianMs: percentile(samples, 50),
    p95Ms: percentile(samples, 95),
    cpuMs: cpuMs / samples.length,
  }));
}

/** Runs one after the other, and what they took. */
export class Series {
  readonly samples: number[] = [];
  private startedMs = 0;
  private startedCpuMs = 0;

  constructor(private readonly clock: Clock) {
    this.restart();
  }

  /** Forgets what was run so far. */
  restart(): void {
    this.samples.length = 0;
    this.startedMs = this.clock.nowMs();
    this.startedCpuMs = cpuNowMs();
  }

  get lastMs(): number {
    return this.samples.at(-1) ?? 0;
  }

  /** Wall milliseconds since the start. */
  get spentMs(): number {
    return this.clock.nowMs() - this.startedMs;
  }

  isShort({ budgetMs, most }: Repetition): boolean {
    const { length } = this.samples;
    return length < most && (length < LEAST || this.spentMs < budgetMs);
  }

  time(work: () => unknown): void {
    const started = this.clock.nowMs();
    work();
    this.samples.push(this.clock.nowMs() - started);
  }

  async timeAsync<T>(work: () => Promise<T>): Promise<T> {
    const started = this.clock.nowMs();
    const result = await work();
    this.samples.push(this.clock.nowMs() - started);
    return result;
  }

  timing(): Timing {
    const { samples } = this;
    return {
      runs: samples.length,
      medianMs: percentile(samples, 50),
      p95Ms: percentile(samples, 95),
      cpuMs: (cpuNowMs() - this.startedCpuMs) / Math.max(1, samples.length),
    };
  }
}

/** The columns of a timing; `per_calibration` is added to rows that have them. */
export function timesOf({ runs, medianMs, p95Ms, cpuMs }: Timing): Row {
  return { runs, median_ms: medianMs, p95_ms: p95Ms, cpu_ms: cpuMs };
}

/** The smallest sample that at least `percent` of all samples do not exceed; 0 without samples. */
export function percentile(samples: readonly number[], percent: number): number {
  if (samples.length === 0) return 0;
  const sorted = [...samples].sort(byNumber);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return must(sorted[rank - 1], 'a sample');
}

/** The exponent b of the power law time = a * size^b that fits best, by least squares of the logarithms. */
export function growthExponent(points: readonly { readonly size: number; readonly ms: number }[]): number {
  const logs = points.map(({ size, ms }) => [Math.log(size), Math.log(ms)] as const);
  const meanX = mean(logs.map(([x]) => x));
  const meanY = mean(logs.map(([, y]) => y));
  const up = mean(logs.map(([x, y]) => (x - meanX) * (y - meanY)));
  const down = mean(logs.map(([x]) => (x - meanX) ** 2));
  return up / down;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
